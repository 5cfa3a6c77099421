#!/usr/bin/env bash
# Measures expressions beside two Python packages, and counts what the simplest ones take from the heap.
#
# Fails when one is less than three times as fast as the compiled package, or takes memory where it must not.
#
# Example: scripts/bench-expressions.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"

"$ROOT/scripts/install.sh" build expressions
home="$RUN_DIR/bench-expressions"
mkdir -p "$home"

say "building"
build=(swift build --package-path "$ROOT/Benchmarks" -c release --product ExpressionTimes)
"${build[@]}" --quiet
times="$("${build[@]}" --show-bin-path)/ExpressionTimes"

say "times"
"$RUN_DIR/venv/expressions/bin/python" "$ROOT/bench/expressions.py" "$times"

# Valgrind can't read the debugging information of Swift.
strip -o "$home/ExpressionTimes" "$times"
heap_uses() {
    valgrind "$home/ExpressionTimes" "$1" "$2" 2>&1 | sed -nE 's/.*total heap usage: ([0-9,]+) allocs.*/\1/p' | tr -d ,
}
say "heap: allocations of 1000 evaluations more"
failed=false
for name in "method and path" "header"; do
    few="$(heap_uses "$name" 1000)"
    many="$(heap_uses "$name" 2000)"
    if [ -z "$few" ] || [ -z "$many" ]; then die "valgrind counted nothing"; fi
    echo "$name: $((many - few))"
    # One or two may come from what the runtime makes at its leisure.
    ((many - few < 10)) || failed=true
done
! $failed || die "an evaluation takes memory from the heap"
