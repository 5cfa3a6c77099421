package import Model

/// The text of an `Error` field: a message for a person, and a code on a line of its own (`spec/agent-protocol.md` 12).
package struct ErrorText: Error, Sendable, Equatable {
    package let message: String
    /// The code as clients look for it, `ERR_NGROK_107`; nil when the text names none.
    package let code: String?

    package init(message: String, code: String?) {
        self.message = message
        self.code = code
    }

    package init(_ failure: Failure) {
        self.init(message: failure.message, code: failure.code.wireName)
    }

    /// The code's number; nil when there is no code, or something else than digits in it.
    package var number: Int? {
        self.code.flatMap { Int($0.dropFirst(Self.prefix.count)) }
    }

    /// As it stands in the field. Never empty, since an empty text means success.
    package var wireText: String {
        guard let code = self.code else { return self.message.isEmpty ? "Refused." : self.message }
        return self.message.isEmpty ? code : "\(self.message)\n\n\(code)"
    }

    fileprivate static let prefix = "ERR_NGROK_"
}

extension ErrorText {
    /// Reads a text as both families of agents do: by the strict rule, or where that finds no code, by the loose one.
    ///
    /// - Returns: nil when `text` is empty, which means that nothing failed.
    package init?(parsing text: String) {
        guard !text.isEmpty else { return nil }
        let strict = Self.parsedByLine(text)
        self = strict.code == nil ? Self.parsedAnywhere(text) : strict
    }

    /// The code is the last line that starts with the prefix, as a whole; the message is the other lines.
    static func parsedByLine(_ text: String) -> ErrorText {
        let lines = Self.lines(of: text)
        let code = lines.last { $0.hasPrefix(Self.prefix) }
        let others = lines.filter { !$0.isEmpty && !$0.hasPrefix(Self.prefix) }
        return ErrorText(message: others.joined(separator: "\n"), code: code?.trimmingSpaces())
    }

    /// The code is the first run of prefix and digits; the message is the lines that hold none.
    static func parsedAnywhere(_ text: String) -> ErrorText {
        let lines = Self.lines(of: text)
        let others = lines.filter { !$0.isEmpty && Self.firstCode(in: $0) == nil }
        return ErrorText(
            message: others.joined(separator: "\n"),
            code: lines.lazy.compactMap(Self.firstCode).first
        )
    }

    private static func lines(of text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }

    private static func firstCode(in line: Substring) -> String? {
        var rest = line
        while let start = rest.firstRange(of: Self.prefix) {
            let digits = rest[start.upperBound...].prefix { $0.isASCII && $0.isNumber }
            if !digits.isEmpty { return "\(Self.prefix)\(digits)" }
            rest = rest[start.upperBound...]
        }
        return nil
    }
}

extension Substring {
    /// Without the spaces and tabs behind it.
    fileprivate func trimmingSpaces() -> String {
        let last = self.lastIndex { $0 != " " && $0 != "\t" }
        return last.map { String(self[...$0]) } ?? ""
    }
}
