#!/usr/bin/env bash
# What is too long for every change: the built programs, the tests in full counts, the fuzzer, the sanitizer, the bench.
#
# usage: scripts/acceptance.sh [--quick] [--only TEXT] [--part NAME[,NAME...]]
#   --part NAME   only these parts, in this order (all):
#                 programs  the release build driven from outside: gigabyte bodies, 1,000 slow readers, 10,000
#                           connections, outages of up to ten minutes, agents that go in every way, the words of every
#                           refusal (25 minutes)
#                 soak      10,000 idle connections and 1,000 idle sessions, and half of the load that edge and agent
#                           can carry for 30 minutes while visitors, downloads and agents come and go
#                 overload  three times what the edge can do, for a minute: what is served, and what comes behind it
#                 netfault  the link between agent and edge is cut a hundred times, in network namespaces; needs root
#                 tests     make test, in full counts
#                 crash     of these tests, only those that kill the edge or its database while clients write, and that
#                           stop the database; part of tests, so only where it is named
#                 firewall  all published attacks, to an edge and to nginx with the same firewall, and both under load
#                 events    events to real receivers, while the edge is killed: all that was acknowledged arrives
#                 capture   what the capture of traffic costs at 20,000 requests a second, and a rehearsal of 10,000 exchanges
#                 fuzz      every target of the fuzzer for a minute
#                 tsan      the package's tests under the thread sanitizer
#                 bench     expressions, and the edge beside other proxies and tunnels
#   --quick       small counts and the debug build; only the programs, unless parts are named (three minutes)
#   --only TEXT   of the programs and the soak, only the checks whose title contains TEXT
#
# Takes about two hours and a half. A part that fails doesn't keep the next from running, and what it said lies in
# .run/acceptance/NAME.log. Closes with a line for each part, and the last line is `N passed, N failed`.
#
# Environment:
#   MINUTES        how long the load of the soak goes on (30, or 1 with --quick)
#   PORTICO_CRASH_ROUNDS, PORTICO_OUTAGE_SECONDS
#                  how often an edge is killed (200, or 3 with --quick), and how long a database is away (60, or 0)
#   PORTICO_KILL_ROUNDS
#                  how often an edge is killed with events waiting (100, or 3 with --quick)
#   PORTICO_JOBS   how many compilers the sanitizer's build runs at once (as many as there are cores)
#
# Example: scripts/acceptance.sh --part programs --quick --only outage

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

quick=false
parts=()
options=(--minutes "${MINUTES:-30}")
while (($# > 0)); do
    case "$1" in
        --quick)
            quick=true
            options+=(--gigabyte $((128 << 20)) --readers 100 --visits 400 --sessions 50 --slow 60 --events 300 --messages 20000 --idle 500 --overload 15 --minutes "${MINUTES:-1}" --outages "1,3" --cuts 10)
            ;;
        --only)
            options+=(--only "${2:?--only wants a text}")
            shift
            ;;
        --part)
            IFS=, read -ra more <<<"${2:?--part wants a name}"
            parts+=("${more[@]}")
            shift
            ;;
        *) die "no such option: $1 (--help)" ;;
    esac
    shift
done
if ((${#parts[@]} == 0)); then
    parts=(programs)
    "$quick" || parts+=(soak overload netfault tests firewall events capture fuzz tsan bench)
fi
for part in "${parts[@]}"; do
    case "$part" in
        programs | soak | overload | netfault | tests | crash | firewall | events | capture | fuzz | tsan | bench) ;;
        *) die "no such part: $part (programs, soak, overload, netfault, tests, crash, firewall, events, capture, fuzz, tsan or bench)" ;;
    esac
done
need_shared
home="$RUN_DIR/acceptance"
mkdir -p "$home"

# Each part is a function that prints a closing line of its own. It runs in a shell of its own, where `die` ends no other.

# drive SET LIMIT...: the release build driven from outside by scripts/acceptance, with these limits of the edge. What is in
# INSIDE goes ahead of the command that drives.
INSIDE=()
drive() {
    local set="$1" stage="$home/$1" configuration=release bin
    shift
    "$ROOT/scripts/install.sh" build test acceptance grpc
    rm -rf "$stage"
    mkdir -p "$stage"
    if "$quick"; then configuration="${CONFIG:-debug}"; fi
    build_programs "$configuration"
    bin="$(bin_folder "$configuration")"
    edge_ports
    EDGE_CONFIGURATION="limits:$(printf '\n  %s' "$@")"
    make_edge "$bin" "$stage"
    if [ "$set" = netfault ]; then
        # The agent comes from outside.
        sed -i "s/agents: .*/agents: [0.0.0.0:$AGENT_PORT]/" "$stage/edge.yml"
        api_key "$bin" "$stage" api-key
        options+=(--netfault "$SHARED/conformance/netfault" --api "$API_PORT" --api-key "$API_KEY")
    fi
    "${INSIDE[@]}" python3 "$ROOT/scripts/acceptance" --set "$set" --bin "$bin" --home "$stage" --ca "$EDGE_CA" --http "$HTTP_PORT" \
        --https "$HTTPS_PORT" --agents "$AGENT_PORT" --management "$MANAGEMENT_PORT" \
        --grpc "$RUN_DIR/venv/grpc/bin/python" "${options[@]}"
}

part_programs() { drive programs "connections_per_address: 5000" "slow_reader_timeout: 5m"; }

part_soak() {
    drive soak "connections_per_address: 20000" "connections_per_listener: 20000" "keep_alive_timeout: 1h"
}

part_overload() {
    drive overload "connections_per_address: 20000" "connections_per_listener: 20000"
}

# Two namespaces: the edge and its visitors, and the agent with its service. The agent finds the edge by a hosts file of its own.
part_netfault() {
    if [ "$(id -u)" != 0 ] || [ ! -c /dev/net/tun ]; then die "netfault needs root and /dev/net/tun"; fi
    "$ROOT/scripts/install.sh" netfault
    local name
    PATH="$PATH:/usr/sbin:/sbin"
    netfault_end
    trap netfault_end EXIT
    for name in portico-edge portico-agent; do
        ip netns add "$name"
        ip -n "$name" link set lo up
    done
    mkdir -p /etc/netns/portico-agent
    printf '127.0.0.1 localhost\n10.98.7.2 connect.portico.localhost\n' >/etc/netns/portico-agent/hosts
    INSIDE=(ip netns exec portico-edge)
    drive netfault "connections_per_address: 5000"
}

netfault_end() {
    ip netns del portico-edge 2>/dev/null || true
    ip netns del portico-agent 2>/dev/null || true
    rm -rf /etc/netns/portico-agent
}

part_tests() {
    if ! "$quick"; then export PORTICO_FULL_COUNTS=1; fi
    "$ROOT/scripts/test.sh"
}

part_crash() {
    "$ROOT/scripts/install.sh" build test
    cd "$ROOT"
    if ! "$quick"; then export PORTICO_FULL_COUNTS=1; fi
    local report="$home/crash" status=0
    swift build --build-tests --quiet || die "the package does not build"
    rm -f "$report"*.xml
    swift test --skip-build --filter 'CrashTests|PostgresOutageTests|PorticoEdgeTests\.StoreTests' \
        --xunit-output "$report.xml" || status=$?
    python3 scripts/count-tests.py "$report"*.xml
    return "$status"
}

part_firewall() {
    TOTAL_PASSED=0 TOTAL_FAILED=0
    local stage
    for stage in "conformance.sh waf-crs" bench-firewall.sh; do
        # shellcheck disable=SC2086
        if CONFIG=release "$ROOT"/scripts/$stage | tee "$home/firewall-stage.log"; then
            tally "$home/firewall-stage.log"
        else
            tally "$home/firewall-stage.log" 1
        fi
    done
    closing_line
}

part_events() {
    if "$quick"; then
        "$ROOT/scripts/interop.sh" events
    else
        CONFIG=release PORTICO_KILL_ROUNDS="${PORTICO_KILL_ROUNDS:-100}" "$ROOT/scripts/interop.sh" events
    fi
}

part_capture() {
    if "$quick"; then
        CONFIG=debug ROUNDS=2 DUR=2 OFFERED=500 RATIO=0.5 REHEARSAL=60000 "$ROOT/scripts/bench-capture.sh"
    else
        CONFIG=release "$ROOT/scripts/bench-capture.sh"
    fi
}

part_fuzz() { "$ROOT/scripts/fuzz.sh" --minutes 1; }

part_tsan() {
    "$ROOT/scripts/install.sh" build test
    cd "$ROOT"
    # Built apart from what make test builds: every module differs.
    local build=(--sanitize=thread --scratch-path .build-tsan) report="$home/tsan" status=0
    swift build --build-tests "${build[@]}" ${PORTICO_JOBS:+-j "$PORTICO_JOBS"} --quiet ||
        die "the tests do not build with the thread sanitizer"
    rm -f "$report"*.xml
    swift test --skip-build "${build[@]}" --xunit-output "$report.xml" || status=$?
    python3 scripts/count-tests.py "$report"*.xml
    # A report of the sanitizer fails no single test, only the whole run.
    return "$status"
}

part_bench() {
    TOTAL_PASSED=0 TOTAL_FAILED=0
    local script
    for script in bench-expressions bench; do
        if "$ROOT/scripts/$script.sh"; then
            TOTAL_PASSED=$((TOTAL_PASSED + 1))
        else
            TOTAL_FAILED=$((TOTAL_FAILED + 1))
            echo "FAIL scripts/$script.sh"
        fi
    done
    closing_line
}

lines=()
summary() {
    echo
    printf '%s\n' "${lines[@]}"
    closing_line
}
interrupted() {
    lines+=("interrupted in the part $part; parts asked for: ${parts[*]}")
    TOTAL_FAILED=$((TOTAL_FAILED + 1))
    summary || true
    exit 130
}
trap interrupted INT TERM HUP

for part in "${parts[@]}"; do
    say "acceptance: $part"
    begun="$SECONDS"
    log="$home/$part.log"
    before="$TOTAL_PASSED $TOTAL_FAILED"
    # Not in a condition: the shell of the part is to end at its first error.
    set +e
    (
        set -e
        "part_$part"
    ) 2>&1 | tee "$log"
    status="${PIPESTATUS[0]}"
    set -e
    tally "$log" "$status"
    lines+=("$(printf '%-9s %d passed, %d failed (%d s; %s)' "$part" $((TOTAL_PASSED - ${before% *})) \
        $((TOTAL_FAILED - ${before#* })) $((SECONDS - begun)) "${log#"$ROOT"/}")")
done
summary
