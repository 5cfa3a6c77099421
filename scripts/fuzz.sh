#!/usr/bin/env bash
# Looks for inputs that crash the parsers of outside bytes, or that they read in two ways.
#
# usage: scripts/fuzz.sh [--regressions] [--minutes N] [TARGET ...]
#   --regressions   only the inputs that once failed (Fuzz/Regressions/TARGET/) and the published vectors, each once,
#                   without libFuzzer; the last line is `N passed, N failed`
#   --minutes N     how long each target looks (1)
#   TARGET          some of the targets of Tests/Support/FuzzTargets (all)
#
# An input that fails is left in .run/fuzz/TARGET-*. Once the cause is mended it goes to Fuzz/Regressions/TARGET/.
#
# Example: scripts/fuzz.sh --minutes 10 Requests

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
help_if_asked "${1:-}"

minutes=1
regressions=false
targets=()
while (($# > 0)); do
    case "$1" in
        --regressions) regressions=true ;;
        --minutes)
            minutes="${2:?--minutes wants a number}"
            shift
            ;;
        -*) die "no such option: $1 (--help)" ;;
        *) targets+=("$1") ;;
    esac
    shift
done
all=()
for file in "$ROOT"/Tests/Support/FuzzTargets/Targets/*.swift; do all+=("$(basename "$file" .swift)"); done
((${#targets[@]} > 0)) || targets=("${all[@]}")
for target in "${targets[@]}"; do
    [[ " ${all[*]} " = *" $target "* ]] || die "no such target: $target (${all[*]})"
done

need_shared
"$ROOT/scripts/install.sh" build
home="$RUN_DIR/fuzz"
mkdir -p "$home"
# A crashing program must not wait for a backtrace.
export SWIFT_BACKTRACE=enable=no

say "building the fuzz targets"
if "$regressions"; then
    build_programs debug fuzz-inputs
    program="$(bin_folder debug)/fuzz-inputs"
else
    # The C of the packages (two copies of BoringSSL, most of the work) is not what is looked at: it need not be fast.
    build=(swift build --package-path "$ROOT/Fuzz" -c release -Xswiftc -sanitize=fuzzer -Xcc -O0)
    "${build[@]}" --product Fuzzer --quiet || die "the fuzz targets do not build"
    program="$("${build[@]}" --show-bin-path)/Fuzzer"
fi
rm -rf "$home/seeds"
python3 "$ROOT/scripts/fuzz-seeds.py" "$SHARED" "$home/seeds"

# Runs every input of a target once, each in a process of its own when one of them fails.
check_inputs() {
    local target="$1" inputs input
    mapfile -t inputs < <(find "$ROOT/Fuzz/Regressions/$target" "$home/seeds/$target" -type f 2>/dev/null | sort)
    ((${#inputs[@]} > 0)) || die "there are no inputs for $target"
    if "$program" "$target" "${inputs[@]}" >"$home/$target.log" 2>&1; then
        TOTAL_PASSED=$((TOTAL_PASSED + ${#inputs[@]}))
        return
    fi
    for input in "${inputs[@]}"; do
        if "$program" "$target" "$input" >"$home/$target.log" 2>&1; then
            TOTAL_PASSED=$((TOTAL_PASSED + 1))
        else
            TOTAL_FAILED=$((TOTAL_FAILED + 1))
            echo "FAIL $target: ${input#"$ROOT"/}: $(grep -m 1 -aE 'broken claim|Fatal error|ERROR' "$home/$target.log" || true)"
        fi
    done
}

# Looks for new inputs, from those that are there.
look() {
    local target="$1"
    mkdir -p "$home/corpus/$target" "$home/seeds/$target" "$ROOT/Fuzz/Regressions/$target"
    say "fuzz: $target, $minutes min"
    if "$program" "$target" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$home/$target-" "$home/corpus/$target" "$home/seeds/$target" "$ROOT/Fuzz/Regressions/$target" \
        >"$home/$target.log" 2>&1; then
        grep -aE 'number_of_executed_units|new_units_added' "$home/$target.log"
        TOTAL_PASSED=$((TOTAL_PASSED + 1))
    else
        TOTAL_FAILED=$((TOTAL_FAILED + 1))
        echo "FAIL $target: $(grep -m 1 -aE 'broken claim|Fatal error|ERROR' "$home/$target.log" || true)"
        grep -aE 'Test unit written' "$home/$target.log" || true
    fi
}

for target in "${targets[@]}"; do
    if "$regressions"; then check_inputs "$target"; else look "$target"; fi
done
closing_line
