package import LinearRegex

/// One replacement of a find-and-replace action: every match of a pattern, by what a template makes of it.
///
/// It works on bytes: those that are UTF-8 are searched as text, all others with each byte a character, so that a body
/// in an older encoding is neither refused nor changed where nothing matched.
package struct TextReplacement: Sendable {
    private let text: LinearRegex
    private let bytes: LinearRegex
    private let template: ReplacementTemplate

    /// Compiles a pattern.
    ///
    /// - Parameters:
    ///   - pattern: in RE2's syntax.
    ///   - to: the replacement, with `$1` and `$name` for groups; empty to delete.
    /// - Throws: where the pattern isn't RE2's syntax, or is too large.
    package init(from pattern: String, to: String) throws(LinearRegexError) {
        self.text = try LinearRegex(pattern)
        var options = LinearRegex.Options()
        options.encoding = .latin1
        self.bytes = try LinearRegex(pattern, options: options)
        self.template = ReplacementTemplate(to)
    }

    /// What a replacement found: the first of its matches, in a list of replacements.
    package struct Finding: Sendable, Hashable {
        /// From 0.
        package let index: Int
        /// As text; bytes that are no UTF-8 are replaced by U+FFFD.
        package let content: String
    }

    /// The body with all matches replaced and the first match; nil where nothing matched.
    ///
    /// - Throws: ``ReplacementError/tooLarge`` where the result would be larger than `limit`, which is noticed while it
    ///   grows.
    fileprivate func apply(
        to body: [UInt8],
        limit: Int
    ) throws(ReplacementError) -> (body: [UInt8], first: ArraySlice<UInt8>)? {
        let regex = Self.isUTF8(body) ? self.text : self.bytes
        guard let first = regex.firstMatch(in: body, from: 0) else { return nil }
        guard let result = regex.replacingMatches(in: body, with: self.template, limit: limit) else { throw .tooLarge }
        return (result, body[first.range])
    }

    private static func isUTF8(_ body: [UInt8]) -> Bool {
        if body.allSatisfy({ $0 < 0x80 }) { return true }
        return String(validating: body, as: UTF8.self) != nil
    }
}

package enum ReplacementError: Error, Hashable {
    case tooLarge
}

extension [TextReplacement] {
    /// Makes the replacements one after another, each on what the one before left.
    ///
    /// - Parameters:
    ///   - body: what they are made on.
    ///   - limit: of every result, in bytes.
    /// - Throws: ``ReplacementError/tooLarge``; `body` is then what the replacement before left.
    /// - Returns: those that found something; where there are none, `body` is as it was.
    package func apply(
        to body: inout [UInt8],
        limit: Int
    ) throws(ReplacementError) -> [TextReplacement.Finding] {
        var findings: [TextReplacement.Finding] = []
        for (index, replacement) in self.enumerated() {
            guard let (result, first) = try replacement.apply(to: body, limit: limit) else { continue }
            findings.append(TextReplacement.Finding(index: index, content: String(decoding: first, as: UTF8.self)))
            body = result
        }
        return findings
    }
}
