/// A `User-Agent` field taken apart (RFC 9110 §10.1.5): products with versions, and comments in parentheses, split at
/// their semicolons.
struct UserAgentProducts {
    struct Product: Equatable {
        let name: String
        let version: String
    }

    private(set) var products: [Product] = []
    private(set) var comments: [[Substring]] = []

    init(_ field: Substring) {
        var rest = field.utf8
        while let byte = rest.first {
            if byte == UInt8(ascii: "(") {
                self.comments.append(Self.takeComment(&rest))
            } else if byte == UInt8(ascii: " ") {
                rest = rest.dropFirst()
            } else {
                let word = rest.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "(") }
                rest = rest.dropFirst(word.count)
                self.products.append(Self.product(Substring(word)))
            }
        }
    }

    private static func takeComment(_ rest: inout Substring.UTF8View) -> [Substring] {
        var depth = 0
        let comment = rest.prefix { byte in
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            return depth > 0
        }
        rest = rest.dropFirst(comment.count + 1)
        return comment.dropFirst().split(separator: UInt8(ascii: ";")).map { Substring(Substring($0).trimmed) }
    }

    private static func product(_ word: Substring) -> Product {
        let slash = word.utf8.firstIndex(of: .slash)
        return Product(
            name: String(word[..<(slash ?? word.endIndex)]),
            version: slash.map { String(word[word.utf8.index(after: $0)...]) } ?? ""
        )
    }
}

extension UserAgentProducts {
    func contains(_ name: String) -> Bool { self.products.contains { $0.name == name } }

    func version(of name: String) -> String { self.products.first { $0.name == name }?.version ?? "" }

    /// The first product, outside of comments and within, whose name has one of these words in it, in any case.
    func firstNamed(containing words: [String]) -> Product? {
        let inComments = self.comments.joined().map { Self.product($0) }
        return (self.products + inComments).first { product in
            let name = product.name.lowercasedASCII
            return !name.utf8.contains(UInt8(ascii: ":")) && words.contains { name.contains($0) }
        }
    }

    /// From `MSIE 10.0`, or from `Trident` with `rv:11.0`.
    var internetExplorerVersion: String? {
        let parts = self.comments.joined()
        if let part = parts.first(where: { $0.hasPrefix("MSIE ") }) { return String(part.dropFirst("MSIE ".count)) }
        guard parts.contains(where: { $0.hasPrefix("Trident/") }) else { return nil }
        return parts.first { $0.hasPrefix("rv:") }.map { String($0.dropFirst("rv:".count)) }
    }
}
