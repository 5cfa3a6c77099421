#!/usr/bin/env bash
# Checks form: swift format, the imports against the manifest, rules about files, scripts by shellcheck, links.
#
# Reports everything that it finds and fails when there is anything. Warnings of the compiler are errors of the build.
#
# Example: scripts/lint.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"
cd "$ROOT"

"$ROOT/scripts/install.sh" lint
failed=()
check() {
    local name="$1"
    shift
    say "lint: $name"
    "$@" || failed+=("$name")
}

format_is_kept() { git ls-files -z '*.swift' | xargs -0 swift format lint --strict --parallel; }
scripts_are_clean() { git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR; }

check "swift format" format_is_kept
check "imports" python3 scripts/check-imports.py
check "files" scripts/check-files.sh
check "scripts" scripts_are_clean
check "links" python3 scripts/check-links.py
check "explained measurements" python3 bench/table.py --check

if ((${#failed[@]} > 0)); then
    die "lint found something in: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
fi
echo "lint is clean"
