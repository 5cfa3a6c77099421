extension StandardLibrary {
    /// The strings extension. Positions and counts are code points.
    static let strings: [FunctionDeclaration] =
        stringSearching + stringParts + stringCases + [
            FunctionDeclaration(
                "format",
                summary:
                    "The string with its clauses replaced by the list's values in turn: `%s` any value, `%d` an integer, `%f` "
                    + "and `%e` a number (`%.3f`: with three digits), `%b` `%o` `%x` `%X` an integer in base 2, 8 or 16, `%x` also "
                    + "a string or bytes; `%%` is a percent sign.",
                examples: [
                    "'%s has %d: %.2f'.format(['a', 2, 1.005]) == 'a has 2: 1.00'", "'%x'.format(['hi']) == '6869'",
                    "'%s'.format([[1, null]]) == '[1, null]'",
                ],
                overloads: [.method(TextFormat.format)]
            ),
            FunctionDeclaration(
                "strings.quote",
                summary:
                    "The string as a literal in double quotes, with its control characters, quotes and backslashes escaped.",
                examples: [#"strings.quote('a "b"\n') == '"a \\"b\\"\\n"'"#],
                overloads: [.function(Strings.quote)]
            ),
        ]

    private static let stringSearching = [
        FunctionDeclaration(
            "charAt",
            summary: "The character at a position, as a string; empty at the end, an error beyond it.",
            examples: ["'né'.charAt(1) == 'é'", "'né'.charAt(2) == ''"],
            overloads: [.method(Strings.charAt)]
        ),
        FunctionDeclaration(
            "indexOf",
            summary: "The position where a string first stands in another, from a position on; -1 where it doesn't.",
            examples: ["'hello'.indexOf('l') == 2", "'hello'.indexOf('l', 3) == 3", "'hello'.indexOf('x') == -1"],
            overloads: [.method(Strings.indexOf), .method(Strings.indexOfFrom)]
        ),
        FunctionDeclaration(
            "lastIndexOf",
            summary:
                "The position where a string last stands in another, at a position or before; -1 where it doesn't.",
            examples: [
                "'hello'.lastIndexOf('l') == 3", "'hello'.lastIndexOf('l', 2) == 2", "'a'.lastIndexOf('') == 1",
            ],
            overloads: [.method(Strings.lastIndexOf), .method(Strings.lastIndexOfUpTo)]
        ),
    ]

    private static let stringParts = [
        FunctionDeclaration(
            "substring",
            summary: "The characters from one position up to, without, another, or up to the end.",
            examples: ["'tacocat'.substring(4) == 'cat'", "'tacocat'.substring(0, 4) == 'taco'"],
            overloads: [.method(Strings.substringFrom), .method(Strings.substring)]
        ),
        FunctionDeclaration(
            "replace",
            summary: "The string with all occurrences of another, or the first so many, replaced.",
            examples: ["'a-b-c'.replace('-', '+') == 'a+b+c'", "'a-b-c'.replace('-', '', 1) == 'ab-c'"],
            overloads: [.method(Strings.replaceAll), .method(Strings.replace)]
        ),
        FunctionDeclaration(
            "split",
            summary:
                "The parts between the occurrences of a separator, all or so many with the rest in the last; between "
                + "characters where the separator is empty, and between runs of white space without one.",
            examples: [
                "'a,b,c'.split(',') == ['a', 'b', 'c']", "'a,b,c'.split(',', 2) == ['a', 'b,c']",
                "' a  b '.split() == ['a', 'b']", "'né'.split('') == ['n', 'é']",
            ],
            overloads: [
                .method([.string], .list(.string), .calling(Strings.splitWords)),
                .method([.string, .string], .list(.string), .calling(Strings.splitAll)),
                .method([.string, .string, .int], .list(.string), .calling(Strings.split)),
            ]
        ),
        FunctionDeclaration(
            "trim",
            summary: "The string without the Unicode white space at its ends.",
            examples: ["' a b\\n'.trim() == 'a b'"],
            overloads: [.method(Strings.trim)]
        ),
        FunctionDeclaration(
            "reverse",
            summary: "The characters of a string, or the elements of a list, backwards.",
            examples: ["'née'.reverse() == 'eén'", "[1, 2, 3].reverse() == [3, 2, 1]"],
            overloads: [
                .method(Strings.reverse),
                .method([.list(.parameter("T"))], .list(.parameter("T")), .calling(Lists.reverse)),
            ]
        ),
    ]

    private static let stringCases = [
        FunctionDeclaration(
            "lowerAscii",
            summary: "The string with `A` to `Z` in lower case and all else as it is.",
            examples: ["'ÄBc'.lowerAscii() == 'Äbc'"],
            overloads: [.method(Strings.lowerAscii)]
        ),
        FunctionDeclaration(
            "upperAscii",
            summary: "The string with `a` to `z` in upper case and all else as it is.",
            examples: ["'äbC'.upperAscii() == 'äBC'"],
            overloads: [.method(Strings.upperAscii)]
        ),
        FunctionDeclaration(
            "lower",
            summary: "The string in lower case, character by character (Unicode's simple mapping, of no language).",
            examples: ["'ÄΣ'.lower() == 'äσ'", "'\\u0130'.lower() == 'i'"],
            overloads: [.method(Strings.lower)]
        ),
        FunctionDeclaration(
            "upper",
            summary: "The string in upper case, character by character (Unicode's simple mapping, of no language).",
            examples: ["'äß'.upper() == 'Äß'"],
            overloads: [.method(Strings.upper)]
        ),
    ]
}
