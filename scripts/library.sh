#!/usr/bin/env bash
# Checks the library as those see it who use it: its documentation is made, and the example packages compile with what is
# public alone. The package must have been built.
#
# usage: scripts/library.sh [--build]
#   --build   also builds each example as the package that it is, and runs it against a fresh edge (ten minutes and more)
#
# The documentation is left in .run/library/Portico.doccarchive. The last line is `N passed, N failed`.
#
# Environment: CONFIG=debug|release.
#
# Example: scripts/library.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
. "$(dirname "${BASH_SOURCE[0]}")/edge.sh"
help_if_asked "${1:-}"

builds=false
case "${1:-}" in
    "") ;;
    --build) builds=true ;;
    *) die "no such option: $1 (--help)" ;;
esac
bin="$(bin_folder "${CONFIG:-debug}")"
home="$RUN_DIR/library"
rm -rf "$home"
mkdir -p "$home/symbols"
trap stop_started EXIT
trap 'exit 130' INT TERM HUP

# claim WHAT COMMAND...: runs it, and counts what came of it.
claim() {
    local what="$1" log
    shift
    log="$home/${what//[^A-Za-z0-9]/-}.log"
    if "$@" >"$log" 2>&1; then
        echo "ok   $what"
        TOTAL_PASSED=$((TOTAL_PASSED + 1))
    else
        echo "FAIL $what"
        tail -n 20 "$log" | sed 's/^/    /'
        TOTAL_FAILED=$((TOTAL_FAILED + 1))
    fi
}

# Where the compiler finds what was built: modules of Swift, and the maps of those of C.
flags=(-I "$bin/Modules")
while IFS= read -r map; do flags+=(-Xcc "-fmodule-map-file=$map"); done < <(
    find -H "$bin" -path '*.build/module.modulemap' ! -path '*-tool.build/*'
    find "$ROOT/.build/checkouts" -path '*/Sources/*/include/module.modulemap'
)
target="$(swiftc -print-target-info | python3 -c 'import json,sys; print(json.load(sys.stdin)["target"]["triple"])')"

documentation() {
    swift symbolgraph-extract -module-name Portico -target "$target" -minimum-access-level public \
        -output-dir "$home/symbols" "${flags[@]}"
    docc convert "$ROOT/Sources/Agent/Portico/Portico.docc" --additional-symbol-graph-dir "$home/symbols" \
        --fallback-display-name Portico --fallback-bundle-identifier dev.portico.library --warnings-as-errors \
        --output-path "$home/Portico.doccarchive"
}

# A hundred symbols and more: a page for each, and for each article.
is_complete() { (($(find "$home/Portico.doccarchive/data" -name '*.json' | wc -l) > 100)); }

# In a module of another package: nothing but what is public is there.
compiles() { swiftc -typecheck -parse-as-library -swift-version 6 -warnings-as-errors -package-name elsewhere -target "$target" "${flags[@]}" "$1"/Sources/*/*.swift; }

# answers EXAMPLE WORDS: builds the package, runs it, and asks its URL.
answers() {
    local name url
    name="$(basename "$1")"
    swift build --package-path "$1" --scratch-path "$RUN_DIR/examples" --product "$name" || return 1
    start "$home/$name.log" "$RUN_DIR/examples/debug/$name" "localhost:$AGENT_PORT" "$AUTHTOKEN" "$EDGE_CA"
    wait_until 20 "$name is online" grep -q "serving https" "$home/$name.log" || return 1
    url="$(grep -oE 'https://[^ ]+' "$home/$name.log" | head -n 1)"
    curl --silent --fail --max-time 10 --cacert "$EDGE_CA" --connect-to "::127.0.0.1:$HTTPS_PORT" "$url" | grep "$2"
}

claim "the pages of the library name what is there" documentation
claim "each public symbol has a page" is_complete
for example in "$ROOT"/Examples/*/Package.swift; do
    claim "$(basename "$(dirname "$example")") compiles with what is public" compiles "$(dirname "$example")"
done
if "$builds"; then
    build_programs "${CONFIG:-debug}"
    edge_ports
    make_edge "$bin" "$home"
    start_edge "$bin" "$home"
    claim "HelloListener answers" answers "$ROOT/Examples/HelloListener" "Hello, "
    claim "HelloHummingbird answers" answers "$ROOT/Examples/HelloHummingbird" "Hello from Hummingbird"
fi
closing_line
