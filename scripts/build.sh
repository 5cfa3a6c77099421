#!/usr/bin/env bash
# Builds the programs: `portico`, `portico-edge` and `portico-operator`.
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
# What runs in a cluster is built here alone: nothing else on one machine asks for it.
programs=("${PROGRAMS[@]}" portico-operator)
build_programs "$configuration" "${programs[@]}"
for program in "${programs[@]}"; do
    stat --printf '%n %s\n' "$(bin_folder "$configuration")/$program" | awk '{ printf "%s (%.1f MB)\n", $1, $2 / 1e6 }'
done
