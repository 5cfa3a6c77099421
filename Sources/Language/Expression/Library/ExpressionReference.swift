/// The reference page of the language, made from the tables that the parser and the checker work with.
package enum ExpressionReference {
    /// `docs/expressions.md`.
    package static func page() -> String {
        var text = self.introduction
        text += "\n## Macros\n\nThey look like functions, and their arguments are evaluated once for each element.\n"
        for macro in Macro.all {
            let usages = macro.usages.map { macro.isMethod ? "value.\($0)" : $0 }
            text += self.section(macro.name, usages, macro.summary, macro.examples)
        }
        text += "\n## Functions and methods\n\nLetters such as `T` stand for one type, the same in a whole line.\n"
        for function in StandardLibrary.functions {
            let shapes = function.overloads.map { overload in
                let more = overload.repeatsLast ? " (the last one any number of times)" : ""
                return "\(overload.shape(of: function.name)) -> \(overload.result.text)\(more)"
            }
            text += self.section(function.name, shapes, function.summary, function.examples)
        }
        return text
    }

    private static func section(_ name: String, _ shapes: [String], _ summary: String, _ examples: [String]) -> String {
        """

        ### `\(name)`

        \(summary)

        ```
        \((shapes + [""] + examples).joined(separator: "\n"))
        ```

        """
    }

    private static let introduction = """
        <!-- Made from the tables in Sources/Language/Expression by `PORTICO_WRITE_DOCS=1 PORTICO_MODULES=Expression swift test`. -->
        # Expressions

        Traffic policies decide with expressions of CEL, the Common Expression Language: `req.method == "GET" && \
        req.url.path.startsWith("/api/")`. Try one with `portico policy eval '1 + 1'`; `--vars file.json` gives it variables.

        ## The language

        | what | how |
        |---|---|
        | values | `null`, `true`, `1` (int, 64 bits), `1u` (uint), `1.5` (double), `'text'`, `b'bytes'`, `[1, 2]`, `{'a': 1}`, timestamps, durations, optionals, types |
        | operators | `? :`, `\\|\\|`, `&&`, `== != < <= > >= in`, `+ -`, `* / %`, `! -`, `.member`, `[index]`, `.?member`, `[?index]` |
        | strings | sequences of code points; `r'raw'`, `'''many lines'''`, escapes `\\n \\x41 \\u00e9 \\U0001F600` |
        | numbers | never converted: `1 + 1.0` is an error; compared by value: `1 == 1.0` is true. What leaves its range is an error |
        | errors | `&&`, `\\|\\|`, `all` and `exists` give an answer in spite of an error where it can't change the answer |
        | limits | \(ExpressionLimits.standard.sourceBytes) bytes of source, nested \(ExpressionLimits.standard.depth) deep, \
        \(ExpressionLimits.standard.steps) steps, results of \(ExpressionLimits.standard.resultBytes) bytes, \
        \(ExpressionLimits.standard.wallClock) |

        Names, types and constants are checked before an expression ever runs. A text with `${...}` in it is put together \
        from the values; one that is a single `${...}` keeps the value's type.

        """
}
