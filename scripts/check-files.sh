#!/usr/bin/env bash
# Rules about tracked files that no compiler checks. Prints each offence as file:line: text.
#
# Example: scripts/check-files.sh

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
help_if_asked "${1:-}"
cd "$ROOT"

longest=500
unchecked='@unchecked Sendable|nonisolated\(unsafe\)|unowned\(unsafe\)|try!|fatalError\(|[^a-z]as! |unsafeBitCast|unsafeDowncast'
offences=0

# report RULE < offences: prints the rule and what offends it.
report() {
    local found
    found="$(cat)"
    [ -n "$found" ] || return 0
    printf '%s:\n%s\n' "$1" "$found"
    offences=$((offences + $(wc -l <<<"$found")))
}

# search PATTERN PATHSPEC...: the tracked lines that match; this file, which names what it looks for, is left out.
search() { git grep -nIE "$1" -- "${@:2}" ':!scripts/check-files.sh' || true; }

# Of the lines on standard input, keeps those without a comment on the line or in the three lines before it.
without_comment() {
    local file line text
    while IFS=: read -r file line text; do
        [[ $text == *//* ]] && continue
        sed -n "$((line > 3 ? line - 3 : 1)),$((line > 1 ? line - 1 : 1))p" "$file" | grep -q '//' && continue
        printf '%s:%s:%s\n' "$file" "$line" "$text"
    done
}

report "Words that promise work not done (an issue, or nothing)" \
    < <(search '\b(TODO|FIXME|XXX|HACK)\b' '*.swift' '*.sh' '*.py' '*.md' 'Makefile')

# Package.swift is left out: SwiftPM takes the table of modules as one file.
report "Source files of more than $longest lines (two nouns, probably)" < <(
    git ls-files -z '*.swift' '*.sh' '*.py' ':!Package.swift' | xargs -0 wc -l \
        | awk -v longest="$longest" '$2 != "total" && $1 > longest { print $2 ": " $1 " lines" }'
)

report "Built or resolved files that are tracked" \
    < <(git ls-files | grep -E '(^|/)(\.build[^/]*|\.run|node_modules|__pycache__)/|(^|/)Package\.resolved$' || true)

report "Paths of one machine" \
    < <(search '(^|[^A-Za-z0-9_.~@/-])/(home|root|work|Users)/[A-Za-z0-9_.-]' '*' ':!Tests/**/*.json')

report "Places that bypass the compiler's checks and have no comment that proves them" < <(
    search "$unchecked" 'Sources/*.swift' 'Benchmarks/*.swift' 'Fuzz/*.swift' 'Examples/*.swift' 'Tests/Support/*.swift' \
        | without_comment
)

report "Tests that sleep (wait for the event instead)" \
    < <(search 'Task\.sleep|usleep\(|[^a-zA-Z]sleep\(' 'Tests/*.swift' ':!Tests/Support/**')

report "Folders that are named after nothing" \
    < <(git ls-files | grep -iE '(^|/)(common|utils?|helpers?|misc)/' || true)

((offences == 0)) || exit 1
echo "the rules about files are kept"
