#!/usr/bin/env bash
# The tests that need a Kubernetes API server, against a real one on loopback: kube-apiserver, etcd and controllers,
# built once by a script of the shared folder (6 minutes) and kept in ~/.cache/kube-apiserver. The last line is
# `N passed, N failed`.
#
# usage: scripts/test-kubernetes.sh [--filter REGEX]
#
# Example: scripts/test-kubernetes.sh --filter ClusterTests

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"
cd "$ROOT"

filter='^(KubernetesClientTests|OperatorTests|KubernetesTests)\.'
# These kill the server that the others need.
alone='^KubernetesClientTests\.ClusterRestartTests/'
while (($# > 0)); do
    case "$1" in
        --filter) filter="${2:?--filter needs a value}" && shift 2 ;;
        *) die "no such option: $1 (--help)" ;;
    esac
done

need_shared
"$ROOT/scripts/install.sh" build kubernetes
server="$SHARED/tools/kube-apiserver.sh"
logs="$RUN_DIR/kubernetes"
rm -rf "$logs"
mkdir -p "$logs"

say "building"
swift build --build-tests --quiet || die "the package does not build"

export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH="${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-16}"
say "tests against a real API server"
begun="$SECONDS" status=0
export filter alone logs
# shellcheck disable=SC2016
"$server" exec -- bash -c '
    status=0
    swift test --skip-build --filter "$filter" --skip "$alone" --xunit-output "$logs/xunit.xml" >"$logs/tests.log" 2>&1 || status=$?
    if [[ KubernetesClientTests.ClusterRestartTests/ =~ $filter ]]; then
        swift test --skip-build --filter "$alone" --xunit-output "$logs/xunit-alone.xml" >>"$logs/tests.log" 2>&1 || status=$?
        # What the charts make is looked at by the same server.
        scripts/charts.sh --cluster >"$logs/charts.log" 2>&1; echo $? >"$logs/charts.status"
    fi
    exit "$status"' || status=$?
python3 scripts/count-tests.py "$logs"/xunit*.xml >>"$logs/tests.log"
((status == 0)) || { grep -aE '^(error|✘)' "$logs/tests.log" || tail -n 40 "$logs/tests.log"; } | head -n 100
tally "$logs/tests.log" "$status"
if [ -s "$logs/charts.status" ]; then
    [ "$(cat "$logs/charts.status")" = 0 ] || tail -n 40 "$logs/charts.log"
    tally "$logs/charts.log" "$(cat "$logs/charts.status")"
fi
say "done in $((SECONDS - begun)) s; the logs are in ${logs#"$ROOT"/}"
closing_line
