#!/usr/bin/env bash
# Builds the programs: `portico` and `portico-edge`.
#
# usage: scripts/build.sh [debug|release]
#   debug     into .build, with every check (the default)
#   release   into .build-release, as shipped: optimised, static Swift library, exclusivity checked only in debug
#
# Example: scripts/build.sh release

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
help_if_asked "${1:-}"
configuration="${1:-debug}"

"$ROOT/scripts/install.sh" build
build_programs "$configuration"
for program in "${PROGRAMS[@]}"; do
    stat --printf '%n %s\n' "$(bin_folder "$configuration")/$program" | awk '{ printf "%s (%.1f MB)\n", $1, $2 / 1e6 }'
done
