/// Which words can be names.
package enum Identifier {
    /// Words with a meaning of their own. As members they need back-ticks.
    static let keywords: Set<String> = ["true", "false", "null", "in"]

    /// Words that the language keeps for those who embed it: no variable or function can be called so, a member can.
    static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace",
        "package", "return", "var", "void", "while",
    ]

    /// Whether `.name` can be written without back-ticks.
    package static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, Lexer.startsIdentifier(first) else { return false }
        return name.utf8.allSatisfy(Lexer.continuesIdentifier) && !Self.keywords.contains(name)
    }
}
