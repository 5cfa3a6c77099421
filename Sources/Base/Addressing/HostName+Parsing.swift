/// Text that is no host name. Each reason is one code of the reference system (`spec/endpoints.md` 4.2).
package struct HostNameError: AddressingError, Equatable {
    package enum Reason: Sendable, Hashable {
        case empty
        /// More than 253 bytes.
        case tooLong
        /// A label of more than 63 bytes.
        case labelTooLong
        /// Nothing between two dots, or before the first.
        case emptyLabel
        case labelStart
        case labelEnd
        case underscore
        /// A character that host names do not have.
        case character
        /// `--` as third and fourth character of a label that does not begin with `xn--`.
        case hyphens
        /// An `xn--` label that does not decode.
        case punycode
        /// `*` anywhere but as the whole first label, or where no wildcard can be meant.
        case wildcard
        /// No domain that could be on the Internet: a single label, or a number as the last one.
        case suffix
    }

    package let text: String
    package let position: Int
    package let reason: Reason

    package var problem: String {
        switch self.reason {
        case .empty: "is empty where a host name is expected"
        case .tooLong: "is longer than the 253 characters of a host name"
        case .labelTooLong: "has a label of more than 63 characters"
        case .emptyLabel: "has an empty label: two dots in a row, or a dot at the start"
        case .labelStart: "has a label that does not begin with a letter or digit"
        case .labelEnd: "has a label that does not end with a letter or digit"
        case .underscore: "has an underscore, which host names do not have"
        case .character:
            "has a character at position \(self.position + 1) that host names do not have: only a-z, 0-9, \"-\" and \".\""
        case .hyphens: "has \"--\" as third and fourth character of a label, which only \"xn--\" names may"
        case .punycode: "has an \"xn--\" label that does not decode"
        case .wildcard: "has \"*\" where it cannot stand: only the whole first label may be \"*\""
        case .suffix: "does not end in a domain that can be reached from the Internet"
        }
    }
}

extension HostName {
    /// Reads a host name: letters become lower case, one trailing dot is dropped.
    package init(parsing text: some StringProtocol) throws(HostNameError) {
        do throws(HostNameParser.Failure) {
            self = try HostNameParser.name(text.utf8)
        } catch {
            throw HostNameError(text: shortened(text), position: error.position, reason: error.reason)
        }
    }

    /// Reads a host name from bytes as they came from the network; nil where `init(parsing:)` would throw.
    package init?(textBytes: some Collection<UInt8>) {
        // The reason is of no use to callers of this form: no endpoint can have a name that is none.
        guard let name = try? HostNameParser.name(textBytes) else { return nil }
        self = name
    }
}

private enum HostNameParser {
    struct Failure: Error {
        let position: Int
        let reason: HostNameError.Reason
    }

    static func name(_ text: some Collection<UInt8>) throws(Failure) -> HostName {
        var bytes = text.prefix(HostName.maximumLength + 2).map(ASCII.lowercased)
        guard !bytes.isEmpty else { throw Failure(position: 0, reason: .empty) }
        if bytes.count > 1, bytes.last == ASCII.dot { bytes.removeLast() }
        guard bytes.count <= HostName.maximumLength else {
            throw Failure(position: HostName.maximumLength, reason: .tooLong)
        }
        for label in bytes.split(separator: ASCII.dot, omittingEmptySubsequences: false) {
            try Self.check(label)
        }
        return HostName(unchecked: String(decoding: bytes, as: UTF8.self))
    }

    private static func check(_ label: ArraySlice<UInt8>) throws(Failure) {
        guard let first = label.first, let last = label.last else {
            throw Failure(position: label.startIndex, reason: .emptyLabel)
        }
        if let index = label.firstIndex(where: { !ASCII.isLetterOrDigit($0) && $0 != ASCII.hyphen }) {
            throw Failure(position: index, reason: Self.reason(for: label[index]))
        }
        guard label.count <= HostName.maximumLabelLength else {
            throw Failure(position: label.startIndex, reason: .labelTooLong)
        }
        guard first != ASCII.hyphen else { throw Failure(position: label.startIndex, reason: .labelStart) }
        guard last != ASCII.hyphen else { throw Failure(position: label.endIndex - 1, reason: .labelEnd) }
        guard label.dropFirst(2).starts(with: [ASCII.hyphen, ASCII.hyphen]) else { return }
        guard label.starts(with: "xn".utf8) else { throw Failure(position: label.startIndex + 2, reason: .hyphens) }
        guard Punycode.decode(label.dropFirst(4)) != nil else {
            throw Failure(position: label.startIndex, reason: .punycode)
        }
    }

    private static func reason(for byte: UInt8) -> HostNameError.Reason {
        switch byte {
        case ASCII.underscore: .underscore
        case ASCII.star: .wildcard
        default: .character
        }
    }
}
