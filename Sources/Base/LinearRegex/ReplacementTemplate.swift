/// What a match is replaced with: text in which `$1`, `$name` and `${name}` stand for what a group matched and `$$` for a
/// dollar sign, by the rules of Go's `regexp.Expand`: the longest name counts (`$1x` is the group `1x`), a group that
/// doesn't exist or took no part is empty, and a `$` that begins no name stands for itself.
package struct ReplacementTemplate: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case text([UInt8])
        case group(Int)
        case name(String)
    }

    private let parts: [Part]

    package init(_ text: String) {
        var parts: [Part] = []
        var literal: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "$"), let reference = Self.reference(from: &rest) else {
                literal.append(byte)
                continue
            }
            if !literal.isEmpty { parts.append(.text(literal)) }
            literal = []
            parts.append(reference)
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        self.parts = parts
    }

    /// What stands behind a `$`, taken from `rest`; nil, with nothing taken, where it is no reference.
    private static func reference(from rest: inout ArraySlice<UInt8>) -> Part? {
        if rest.first == UInt8(ascii: "$") {
            rest.removeFirst()
            return .text([UInt8(ascii: "$")])
        }
        let isBraced = rest.first == UInt8(ascii: "{")
        let name = (isBraced ? rest.dropFirst() : rest).prefix(while: Self.isNameByte)
        guard !name.isEmpty else { return nil }
        if isBraced {
            guard name.endIndex < rest.endIndex, rest[name.endIndex] == UInt8(ascii: "}") else { return nil }
        }
        rest = rest[(name.endIndex + (isBraced ? 1 : 0))...]
        let text = String(decoding: name, as: UTF8.self)
        let isNumber = name.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber ? .group(Int(text) ?? .max) : .name(text)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }

    /// Writes what the template makes of one match in `bytes` behind `output`. Stops once that has more than `limit`
    /// bytes: a long match that the template names often would fill the memory.
    ///
    /// `others` says what stands for a name that no group has; nil is nothing.
    package func expand(
        _ match: LinearRegex.Match,
        of regex: LinearRegex,
        in bytes: [UInt8],
        to output: inout [UInt8],
        limit: Int = .max,
        others: (String) -> String? = { _ in nil }
    ) {
        for part in self.parts where output.count <= limit {
            switch part {
            case .text(let text): output += text
            case .group(let number): output += Self.text(of: number, match, bytes)
            case .name(let name):
                if let number = regex.groupNumbers[name] {
                    output += Self.text(of: number, match, bytes)
                } else if let text = others(name) {
                    output += text.utf8
                }
            }
        }
    }

    private static func text(of group: Int, _ match: LinearRegex.Match, _ bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard group < match.groups.count, let range = match.groups[group] else { return [] }
        return bytes[range]
    }
}

extension LinearRegex {
    /// The text with all its matches replaced; nil where that is larger than `limit` bytes.
    package func replacingMatches(
        in bytes: [UInt8],
        with template: ReplacementTemplate,
        limit: Int
    ) -> [UInt8]? {
        var output: [UInt8] = []
        var position = 0
        for match in self.allMatches(in: bytes) {
            output += bytes[position..<match.range.lowerBound]
            template.expand(match, of: self, in: bytes, to: &output, limit: limit)
            position = match.range.upperBound
            guard output.count <= limit else { return nil }
        }
        output += bytes[position...]
        return output.count <= limit ? output : nil
    }
}
