/// Text as the language counts it: by Unicode code points.
extension String {
    /// The number of code points, and of bytes for texts of ASCII alone, which is known without counting them.
    var codePointCount: Int {
        TextSearch.withBytes(of: self) { bytes in
            bytes.reduce(into: 0) { count, byte in
                if byte & 0xC0 != 0x80 { count += 1 }
            }
        }
    }

    /// The place before the code point of that number; nil where there are not so many, or the number is negative.
    func codePointIndex(_ number: Int64) -> String.Index? {
        guard number >= 0, let offset = Int(exactly: number) else { return nil }
        return self.unicodeScalars.index(self.startIndex, offsetBy: offset, limitedBy: self.endIndex)
    }
}

extension Unicode.Scalar {
    /// The mapping to one code point that Unicode calls simple, without regard to language or context. Where the full mapping
    /// has more code points, the simple one is that of the title case, if that is one code point, or none: `ß` stays.
    var simpleUppercase: Unicode.Scalar {
        let properties = self.properties
        return single(properties.uppercaseMapping) ?? single(properties.titlecaseMapping) ?? self
    }

    /// The simple mapping to lower case. Only one code point has a full mapping of more: U+0130, whose simple one is `i`.
    var simpleLowercase: Unicode.Scalar {
        self == "\u{130}" ? "i" : single(self.properties.lowercaseMapping) ?? self
    }
}

/// The only code point of a text; nil where it has more, or none.
private func single(_ text: String) -> Unicode.Scalar? {
    let scalars = text.unicodeScalars
    return scalars.count == 1 ? scalars.first : nil
}

extension Strings {
    /// ASCII letters in lower case, for comparing keywords.
    static func asciiLowercase(_ text: Substring) -> String {
        String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
