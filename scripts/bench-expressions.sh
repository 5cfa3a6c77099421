#!/usr/bin/env bash
# Measures expressions beside two Python packages, and counts what the simplest ones take from the heap.
#
# Fails when one is less than three times as fast as the compiled package, or takes memory where it must not: there the
# allocations that valgrind counts for 11,000 evaluations are as many as for 1,000.
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
# allocations_of NAME: how many more 11,000 evaluations take than 1,000.
allocations_of() {
    local few many
    few="$(heap_uses "$1" 1000)"
    many="$(heap_uses "$1" 11000)"
    if [ -z "$few" ] || [ -z "$many" ]; then die "valgrind counted nothing"; fi
    echo $((many - few))
}
say "heap: allocations of 10,000 evaluations more"
failed=false
for name in "method and path" "header"; do
    count="$(allocations_of "$name")"
    echo "$name: $count"
    ((count == 0)) || failed=true
done
# What must make a string shows that the count sees what is to be seen.
count="$(allocations_of "new string")"
echo "new string: $count"
((count >= 10000)) || die "an expression that must take memory was counted with $count allocations"
! $failed || die "an evaluation takes memory from the heap"
