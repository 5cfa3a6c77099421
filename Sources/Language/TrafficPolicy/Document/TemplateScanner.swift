/// Tells the `${…}` parts of a text from what stands between them (`spec/expressions.md` 6).
struct TemplateScanner {
    /// The bytes of each part, `${` and `}` included, in order. The last one runs to the end where its `}` is missing.
    private(set) var parts: [Range<Int>] = []
    private let bytes: [UInt8]

    init(_ text: String) {
        self.bytes = Array(text.utf8)
        var index = 0
        while index < self.bytes.count {
            let rest = self.bytes[index...]
            if rest.starts(with: "$${".utf8) {
                index += 3
            } else if rest.starts(with: "${".utf8) {
                let end = self.end(of: index + 2)
                self.parts.append(index..<end)
                index = end
            } else {
                index += 1
            }
        }
    }

    /// Where the expression that begins at `start` ends, behind its bracket: texts in it are skipped.
    private func end(of start: Int) -> Int {
        var depth = 1
        var index = start
        while index < self.bytes.count {
            switch self.bytes[index] {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: "\""), UInt8(ascii: "'"): index = self.endOfText(at: index)
            default: break
            }
            index += 1
        }
        return self.bytes.count
    }

    /// The closing quote of the text that opens at `index`.
    private func endOfText(at index: Int) -> Int {
        let quote = self.bytes[index]
        var end = index + 1
        while end < self.bytes.count, self.bytes[end] != quote {
            end += self.bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return end
    }
}

extension TemplateSource {
    /// Whether the text is one `${…}` and nothing else.
    package var isWhole: Bool { TemplateScanner(self.text).parts == [0..<self.text.utf8.count] }

    /// What stands before and behind the first `character`, of one byte, outside of the `${…}` parts; nil where there is
    /// none.
    package func split(atLiteral character: Unicode.Scalar) -> (before: TemplateSource, behind: TemplateSource)? {
        let parts = TemplateScanner(self.text).parts
        let index = self.text.utf8.enumerated().first { index, byte in
            UInt32(byte) == character.value && !parts.contains { $0.contains(index) }
        }?.offset
        guard let index else { return nil }
        return (
            TemplateSource(self.source.slice(0..<index)),
            TemplateSource(self.source.slice(index + 1..<self.text.utf8.count))
        )
    }

    /// Whether `character`, of one byte, stands outside of the `${…}` parts.
    func hasLiteral(_ character: Unicode.Scalar) -> Bool {
        let parts = TemplateScanner(self.text).parts
        return self.text.utf8.enumerated().contains { index, byte in
            UInt32(byte) == character.value && !parts.contains { $0.contains(index) }
        }
    }
}
