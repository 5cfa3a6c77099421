/// A host name: lower case, checked, without a trailing dot.
///
/// Labels of 1 to 63 letters, digits and hyphens that begin and end with a letter or digit, 253 bytes in all
/// (RFC 1123 2.1). Names beyond ASCII stand in their `xn--` form.
package struct HostName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    init(unchecked text: String) {
        self.text = text
    }

    package var description: String { self.text }

    package static let maximumLength = 253
    package static let maximumLabelLength = 63
}

extension HostName {
    package var labelCount: Int { self.text.utf8.count { $0 == ASCII.dot } + 1 }

    /// The name without its first label; nil where there is only one.
    package var parent: HostName? {
        guard let dot = self.text.utf8.firstIndex(of: ASCII.dot) else { return nil }
        return HostName(unchecked: String(self.text[self.text.utf8.index(after: dot)...]))
    }

    /// Whether the name has one or more labels before `ancestor`.
    package func isBelow(_ ancestor: HostName) -> Bool {
        let extra = self.text.utf8.count - ancestor.text.utf8.count
        guard extra > 1 else { return false }
        let tail = self.text.utf8.dropFirst(extra - 1)
        return tail.first == ASCII.dot && tail.dropFirst().elementsEqual(ancestor.text.utf8)
    }

    /// Whether the name stands for an internal endpoint (`spec/endpoints.md` 4.3).
    package var isInternal: Bool { self.isBelow(Self.internalSuffix) }

    /// `internal`, which all internal names end in.
    package static let internalSuffix = HostName(unchecked: "internal")

    /// `name.self`, for instance to put a random label before a base domain.
    ///
    /// - Throws: when `name` is no label or labels, or the whole becomes too long.
    package func prefixed(by name: String) throws(HostNameError) -> HostName {
        try HostName(parsing: "\(name).\(self.text)")
    }

    /// Whether the last label is a number, so that others might read the name as an IPv4 address.
    package var endsInNumber: Bool {
        let label = self.text.utf8.suffix(from: self.lastLabelStart)
        return label.allSatisfy(ASCII.isDigit) || label.starts(with: "0x".utf8)
    }

    private var lastLabelStart: String.Index {
        self.text.utf8.lastIndex(of: ASCII.dot).map { self.text.utf8.index(after: $0) } ?? self.text.startIndex
    }
}

extension HostName: Comparable {
    package static func < (left: HostName, right: HostName) -> Bool { left.text < right.text }
}
