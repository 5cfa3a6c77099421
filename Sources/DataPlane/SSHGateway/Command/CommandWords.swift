/// Splits a command into words as a shell does: by spaces, with quotes and backslashes, and nothing else.
enum CommandWords {
    enum SplitError: Error, Hashable {
        case quoteOpen
        case backslashLast
    }

    static func split(_ text: String) throws(SplitError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = text.makeIterator()
        while let character = characters.next() {
            switch (character, quote) {
            case ("\\", nil), ("\\", "\""):
                guard let next = characters.next() else { throw .backslashLast }
                word = (word ?? "") + (quote == nil || next == "\"" || next == "\\" ? "\(next)" : "\\\(next)")
            case (quote, .some):
                quote = nil
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case (" ", nil), ("\t", nil), ("\n", nil):
                if let word { words.append(word) }
                word = nil
            default:
                word = (word ?? "") + "\(character)"
            }
        }
        guard quote == nil else { throw .quoteOpen }
        if let word { words.append(word) }
        return words
    }
}
