#!/usr/bin/env bash
# Measures how fast endpoints come into force: the start of an edge with many, a change among many, and how long an event
# loop does nothing else meanwhile.
#
# Example: scripts/bench-planner.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"

"$ROOT/scripts/install.sh" build
build=(swift build --package-path "$ROOT/Benchmarks" -c release --product PlannerTimes)
say "building"
"${build[@]}" --quiet
say "times"
"$("${build[@]}" --show-bin-path)/PlannerTimes"
