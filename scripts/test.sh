#!/usr/bin/env bash
# Everything that must pass before a change is merged. The last line is `N passed, N failed`.
#
# In order: the package's tests; the published cases of every suite, HTTP/1.1 also in its strict form; the published
# SDKs, clients of HTTP/2 and WebSockets, streams of events and of gRPC, and the published client of the REST API against
# a fresh edge; the inputs that once crashed a parser. A stage that fails doesn't keep the next from running. Calls that
# are made up after the API's document: scripts/interop.sh schemathesis.
#
# Example: scripts/test.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"
cd "$ROOT"

need_shared
"$ROOT/scripts/install.sh" build test
logs="$RUN_DIR/test"
rm -rf "$logs"
mkdir -p "$logs"
export CONFIG=debug
# Tests share the machine with compilers and each other: how late or busy an event loop is says nothing of its work.
export PORTICO_EDGE_LIMITS_LOOP_LAG=1h PORTICO_EDGE_LIMITS_STANDING_QUEUE=1h

say "building"
swift build --build-tests --quiet || die "the package does not build"

# stage NAME COMMAND...: runs one stage, shows how it went, and adds its closing line to the sum. When all passed, only
# the closing line is shown.
stage() {
    local name="$1" begun="$SECONDS" log="$logs/${1//[ :]/-}.log" status=0
    shift
    say "$name"
    "$@" >"$log" 2>&1 || status=$?
    ((status == 0)) || { grep -aE '^(FAIL|error|warning|✘)|^    ' "$log" || tail -n 40 "$log"; } | head -n 100
    tally "$log" "$status"
    printf '  %s (%d s; %s)\n' "$(tail -n 1 "$log")" $((SECONDS - begun)) "${log#"$ROOT"/}"
}

# Targets whose tests hold real servers, agents and databases to times, in groups that run one after another: beside two
# hundred suites that keep every core busy, the times would be those of the machine.
timed=('AgentConsoleTests|AgentDiagnosisTests|AgentRuntimeTests|AgentUpdateTests|AgentWebTests|FirewallTests|OutboundTests|PorticoTests|SessionsTests' 'PostgresStoreTests|BackupTests' 'PorticoEdgeTests|SystemTests')

# Suites that start other programs, one test after another, in a process with few files open: Foundation's `Process` crashes
# where thousands are (it reads behind the end of what it lists of them), and loses ends where several start at once.
starting='SystemTests\.(SSH\w+|AgentTerminationTests|ServiceTests|ClientCertificateTests|DelegatedChallengeTests|DomainCertificateTests|ManagedCertificateTests|ReadyCertificateTests|ResumptionTests|SecretScanTests)'

# How many tests run at once: what two cores serve in the times that the tests give each other. Without it hundreds begin
# together, and a request that takes milliseconds waits for its turn beyond its own timeout.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH="${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-16}"

# The package's tests, closed with the one line that all stages end with.
package_tests() {
    local status=0 report="$logs/xunit" group all
    all="$(IFS='|' && echo "${timed[*]}")"
    swift test --skip-build --skip "^($all)\\." --xunit-output "$report.xml" || status=$?
    for group in "${timed[@]}"; do
        swift test --skip-build --filter "^($group)\\." --skip "^$starting/" --xunit-output "$report-${group%%|*}.xml" || status=$?
    done
    swift test --skip-build --no-parallel --filter "^$starting/" --xunit-output "$report-programs.xml" || status=$?
    python3 scripts/count-tests.py "$report"*.xml
    return "$status"
}

stage "package tests" package_tests
stage "library" scripts/library.sh
# Of the attacks a sample: all of them are in acceptance.
WAF_CASES=300 stage "conformance" scripts/conformance.sh all
stage "conformance: http1, strict" scripts/conformance.sh http1 --strict
stage "interop: sdk" scripts/interop.sh sdk
stage "interop: policies" scripts/interop.sh policies
stage "interop: http2" scripts/interop.sh http2
stage "interop: websocket" scripts/interop.sh websocket
stage "interop: metrics" scripts/interop.sh metrics
stage "interop: events" scripts/interop.sh events
stage "interop: tls" scripts/interop.sh tls
stage "interop: pyngrok" scripts/interop.sh pyngrok
stage "interop: oidc" scripts/interop.sh oidc
stage "web: inspector" scripts/interop.sh inspector
stage "web: dashboard" scripts/interop.sh dashboard
stage "interop: terminal" scripts/interop.sh terminal
stage "interop: examples" scripts/interop.sh examples
stage "interop: proxies" scripts/interop.sh proxies
stage "interop: release" scripts/interop.sh release
stage "streams" scripts/acceptance.sh --quick --part programs --only "streams of"
stage "interop: api" scripts/interop.sh api
stage "interop: portico api" scripts/interop.sh command
stage "fuzz regressions" scripts/fuzz.sh --regressions
if [ "$(id -u)" = 0 ] && [ -c /dev/net/tun ] && ip netns list >/dev/null 2>&1; then
    stage "cuts of the link" scripts/acceptance.sh --quick --part netfault
else
    warn "the link between agent and edge is not cut: that needs root, /dev/net/tun and network namespaces"
fi
closing_line
