#!/usr/bin/env bash
# The tests in full counts, and the built programs driven from outside: gigabyte bodies, 1,000 slow readers, 10,000
# connections, outages of up to ten minutes, agents that go in every way, the words of every refusal; then every target
# of the fuzzer for a minute, the tests under the thread sanitizer, and the measurements, of expressions and of the edge.
#
# usage: scripts/acceptance.sh [--quick] [--only TEXT]
#   --quick       small counts, only the programs: three minutes
#   --only TEXT   only the checks of the programs whose title contains TEXT
#
# Takes about an hour and a half. The last line is `N passed, N failed`.
#
# Example: scripts/acceptance.sh --quick --only outage

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

quick=false
options=()
while (($# > 0)); do
    case "$1" in
        --quick)
            quick=true
            options+=(--gigabyte $((128 << 20)) --readers 100 --visits 400 --sessions 50 --outages "1,3")
            ;;
        --only)
            options+=(--only "${2:?--only wants a text}")
            shift
            ;;
        *) die "no such option: $1 (--help)" ;;
    esac
    shift
done
need_shared
"$ROOT/scripts/install.sh" build test

home="$RUN_DIR/acceptance"
rm -rf "$home"
mkdir -p "$home"
trap 'exit 130' INT TERM HUP

# The programs as they are shipped, or the ones that are there already.
configuration=release
if "$quick"; then configuration="${CONFIG:-debug}"; fi
build_programs "$configuration"
bin="$(bin_folder "$configuration")"
edge_ports
EDGE_CONFIGURATION="limits:
  connections_per_address: 5000
  slow_reader_timeout: 5m"
make_edge "$bin" "$home"
say "the programs from outside"
python3 "$ROOT/scripts/acceptance" --bin "$bin" --home "$home" --ca "$EDGE_CA" --http "$HTTP_PORT" \
    --https "$HTTPS_PORT" --agents "$AGENT_PORT" --management "$MANAGEMENT_PORT" "${options[@]}" 2>&1 |
    tee "$home/programs.log" || true
tally "$home/programs.log"

if ! "$quick"; then
    say "the tests in full counts"
    export PORTICO_FULL_COUNTS=1
    "$ROOT/scripts/test.sh" 2>&1 | tee "$home/test.log" || true
    tally "$home/test.log"
    say "the fuzz targets"
    "$ROOT/scripts/fuzz.sh" --minutes 1 2>&1 | tee "$home/fuzz.log" || true
    tally "$home/fuzz.log"
    say "the tests under the thread sanitizer"
    if (cd "$ROOT" && swift test --sanitize=thread --scratch-path .build-tsan) >"$home/tsan.log" 2>&1; then
        TOTAL_PASSED=$((TOTAL_PASSED + 1))
    else
        TOTAL_FAILED=$((TOTAL_FAILED + 1))
        tail -n 30 "$home/tsan.log"
    fi
    "$ROOT/scripts/bench-expressions.sh" || TOTAL_FAILED=$((TOTAL_FAILED + 1))
    "$ROOT/scripts/bench.sh" || TOTAL_FAILED=$((TOTAL_FAILED + 1))
fi
closing_line
