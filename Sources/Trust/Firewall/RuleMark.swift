/// A text that nobody outside can guess, by which the log of rules is read.
///
/// The engine tells which rules matched in lines of text, which quote what the visitor sent before they name the rule. So that no
/// visitor can name one, the mark stands where the engine itself speaks: it is part of the path by which a file of rules
/// was opened, and of the revision of our own rules. In a path it means nothing: it is made of `/` and `/.`.
struct RuleMark: Sendable {
    /// Ends with `/`.
    let text: String

    /// Draws a mark.
    init() {
        var bits = UInt64.random(in: .min ... .max)
        var text = "/"
        for _ in 0..<UInt64.bitWidth {
            text += bits & 1 == 0 ? "/" : "/."
            bits >>= 1
        }
        self.text = text + "/"
    }

    /// The path of a file, with the mark in it.
    func path(_ folder: String, _ file: String) -> String { folder + self.text + file }

    /// The revision of one of our own rules.
    func revision(_ rule: Int) -> String { self.text + "\(rule)" }

    /// `words` of the engine without the mark, for people.
    func removed(from words: String) -> String { words.replacing(self.text, with: "/") }
}
