// Field values are taken apart by bytes, never by Swift's characters: a combining mark behind a semicolon would make one
// character of the two, and a separator would be overlooked that every other party sees.

extension String {
    /// The parts between the separators, empty ones included.
    func pieces(separatedBy separator: UInt8) -> [Substring] {
        self.utf8.split(separator: separator, omittingEmptySubsequences: false).map(Substring.init)
    }

    /// Whether both are the same but for the case of ASCII letters.
    func equalsIgnoringCase(_ other: String) -> Bool {
        let (left, right) = (self.utf8, other.utf8)
        return left.count == right.count
            && zip(left, right).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }

    /// Capitals of ASCII as small letters; everything else as it is.
    var lowercasedASCII: String { String(decoding: self.utf8.map(\.lowercasedASCII), as: UTF8.self) }
}

extension Substring {
    /// Without the white space of HTTP (space and tab) around it.
    var trimmed: String {
        var rest = self.utf8
        while let first = rest.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return String(Substring(rest))
    }
}
