/// What a visitor says of the codings that it takes: the `Accept-Encoding` fields of a request (RFC 9110 §12.5.3).
package struct AcceptEncoding: Sendable, Hashable {
    /// In thousandths, as weights are written with three digits at most. 0 is "not this one".
    package typealias Weight = Int

    private var weights: [ContentCoding: Weight] = [:]
    private var others: Weight?
    private var identity: Weight?

    /// Reads the values of the field's lines. Items that are not well-formed are passed over: a visitor that can't say
    /// what it takes gets the body as it is. Of an item that stands twice, the first counts.
    package init(_ values: [String]) {
        for value in values {
            for item in value.pieces(separatedBy: UInt8(ascii: ",")) { self.take(item) }
        }
    }

    private mutating func take(_ item: Substring) {
        let parts = String(item).pieces(separatedBy: UInt8(ascii: ";"))
        var weight = 1000
        for parameter in parts.dropFirst() {
            let sides = String(parameter).pieces(separatedBy: UInt8(ascii: "="))
            guard sides.count == 2, sides[0].trimmed.lowercasedASCII == "q" else { return }
            guard let thousandths = Self.thousandths(sides[1].trimmed) else { return }
            weight = thousandths
        }
        let token = parts[0].trimmed.lowercasedASCII
        if token == "*" {
            self.others = self.others ?? weight
        } else if token == "identity" {
            self.identity = self.identity ?? weight
        } else if let coding = ContentCoding(token: parts[0]) {
            self.weights[coding] = self.weights[coding] ?? weight
        }
    }

    /// `0`, `1`, and either with a point and at most three digits; nothing above 1.
    private static func thousandths(_ text: String) -> Weight? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return nil }
        let digits = bytes.dropFirst(2)
        guard bytes.count == 1 || bytes[1] == UInt8(ascii: "."), digits.count <= 3 else { return nil }
        var value = Int(first - UInt8(ascii: "0"))
        for place in 0..<3 {
            let digit = place < digits.count ? digits[digits.startIndex + place] : UInt8(ascii: "0")
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value <= 1000 ? value : nil
    }

    /// How much the coding is wanted; 0 where it is not taken.
    package func weight(of coding: ContentCoding) -> Weight { self.weights[coding] ?? self.others ?? 0 }

    /// The coding that is wanted most, the one that stands first in `allowed` where several are wanted as much.
    ///
    /// Nil where none is taken, and where the visitor says that it wants the body as it is more than any of them.
    package func preferred(among allowed: [ContentCoding]) -> ContentCoding? {
        var best: (coding: ContentCoding, weight: Weight)?
        for coding in allowed {
            let weight = self.weight(of: coding)
            if weight > best?.weight ?? 0 { best = (coding, weight) }
        }
        guard let best, best.weight >= self.identity ?? 0 else { return nil }
        return best.coding
    }
}
