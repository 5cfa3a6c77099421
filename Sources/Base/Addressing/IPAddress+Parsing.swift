/// Text that is no IP address, or no prefix of one.
package struct IPAddressError: AddressingError, Equatable {
    package enum Reason: Sendable, Hashable {
        case empty
        case tooLong
        /// IPv4 has four numbers from 0 to 255 without leading zeros, with dots between.
        case ipv4
        /// A group of IPv6 is one to four hexadecimal digits.
        case ipv6Group
        /// IPv6 has eight groups, or fewer with one `::`.
        case ipv6Groups
        /// A zone (`%eth0`) where none can be meant.
        case zone
        /// The length behind `/` is missing, is no plain number, or is more than the address has bits.
        case prefixLength
    }

    package let text: String
    package let position: Int
    package let reason: Reason

    package var problem: String {
        switch self.reason {
        case .empty: "is empty where an IP address is expected"
        case .tooLong: "is too long for an IP address"
        case .ipv4: "is no IP address: four numbers from 0 to 255 without leading zeros are expected"
        case .ipv6Group: "is no IP address: a group of IPv6 is one to four hexadecimal digits"
        case .ipv6Groups: "is no IP address: IPv6 has eight groups, or fewer with one \"::\""
        case .zone: "names a zone, which cannot be used here"
        case .prefixLength: "has no usable prefix length: 0 to 32 for IPv4, 0 to 128 for IPv6"
        }
    }
}

extension IPAddress {
    /// Reads an address in dotted form or in one of the forms of RFC 4291 2.2, strictly: no octal, hexadecimal or
    /// short forms of IPv4, no spaces, no zone.
    package init(parsing text: some StringProtocol) throws(IPAddressError) {
        do throws(IPTextParser.Failure) {
            self = try IPTextParser(text.utf8.prefix(IPTextParser.limit + 1)).address()
        } catch {
            throw IPAddressError(text: shortened(text), position: error.position, reason: error.reason)
        }
    }

    /// Reads an address that the system may have given a zone (`fe80::1%eth0`), which is dropped.
    package init(parsingIgnoringZone text: some StringProtocol) throws(IPAddressError) {
        let end = text.utf8.firstIndex(of: ASCII.percent) ?? text.utf8.endIndex
        try self.init(parsing: text[..<end])
        let isZoned = end != text.utf8.endIndex
        guard isZoned else { return }
        guard !self.isIPv4, text.utf8.distance(from: end, to: text.utf8.endIndex) > 1 else {
            let position = text.utf8.distance(from: text.utf8.startIndex, to: end)
            throw IPAddressError(text: shortened(text), position: position, reason: .zone)
        }
    }

    /// Reads an address from bytes as they came from the network; nil where `init(parsing:)` would throw.
    package init?(textBytes: some Collection<UInt8>) {
        // The reason is of no use to callers of this form: they only ask whether it is an address.
        guard let address = try? IPTextParser(textBytes.prefix(IPTextParser.limit + 1)).address() else { return nil }
        self = address
    }
}

/// Reads the text of an address. A value without state of its own: each step is given where to begin.
private struct IPTextParser {
    struct Failure: Error {
        let position: Int
        let reason: IPAddressError.Reason
    }

    /// The longest text of an address: eight groups, the last two as a dotted quad.
    static let limit = 45

    private let bytes: [UInt8]

    init(_ bytes: some Collection<UInt8>) {
        self.bytes = Array(bytes)
    }

    func address() throws(Failure) -> IPAddress {
        guard !self.bytes.isEmpty else { throw Failure(position: 0, reason: .empty) }
        guard self.bytes.count <= Self.limit else { throw Failure(position: Self.limit, reason: .tooLong) }
        if let zone = self.bytes.firstIndex(of: ASCII.percent) { throw Failure(position: zone, reason: .zone) }
        return self.bytes.contains(ASCII.colon) ? try self.ipv6() : IPAddress(v4: try self.dottedQuad(from: 0))
    }

    /// The dotted quad that takes all of the text from `start` on.
    private func dottedQuad(from start: Int) throws(Failure) -> UInt32 {
        let parts = self.bytes[start...].split(separator: ASCII.dot, omittingEmptySubsequences: false)
        guard parts.count == 4 else { throw Failure(position: start, reason: .ipv4) }
        var bits: UInt32 = 0
        for part in parts {
            guard part.count <= 3, let octet = decimal(part, limit: 255) else {
                throw Failure(position: part.startIndex, reason: .ipv4)
            }
            bits = bits << 8 | UInt32(octet)
        }
        return bits
    }

    private func ipv6() throws(Failure) -> IPAddress {
        var groups: [UInt16] = []
        /// How many groups stand before `::`.
        var gap: Int?
        var index = 0
        if self.bytes.starts(with: [ASCII.colon, ASCII.colon]) {
            gap = 0
            index = 2
        }
        while index < self.bytes.count {
            guard groups.count < 8 else { throw Failure(position: index, reason: .ipv6Groups) }
            let end = self.bytes[index...].firstIndex { ASCII.hexValue($0) == nil } ?? self.bytes.count
            if end < self.bytes.count, self.bytes[end] == ASCII.dot {
                let quad = try self.dottedQuad(from: index)
                groups += [UInt16(quad >> 16), UInt16(quad & 0xFFFF)]
                break
            }
            groups.append(try self.group(index..<end))
            index = try self.endOfSeparator(at: end, after: groups.count, gap: &gap)
        }
        return try Self.address(of: groups, gap: gap, end: self.bytes.count)
    }

    private func group(_ range: Range<Int>) throws(Failure) -> UInt16 {
        guard (1...4).contains(range.count) else { throw Failure(position: range.lowerBound, reason: .ipv6Group) }
        return self.bytes[range].reduce(0) { $0 << 4 | UInt16(ASCII.hexValue($1) ?? 0) }
    }

    /// Where the next group begins; the end of the text when there is none.
    private func endOfSeparator(at index: Int, after count: Int, gap: inout Int?) throws(Failure) -> Int {
        guard index < self.bytes.count else { return index }
        guard self.bytes[index] == ASCII.colon, index + 1 < self.bytes.count else {
            throw Failure(position: index, reason: .ipv6Group)
        }
        guard self.bytes[index + 1] == ASCII.colon else { return index + 1 }
        guard gap == nil else { throw Failure(position: index, reason: .ipv6Groups) }
        gap = count
        return index + 2
    }

    private static func address(of groups: [UInt16], gap: Int?, end: Int) throws(Failure) -> IPAddress {
        var all = groups
        if let gap {
            guard groups.count < 8 else { throw Failure(position: end, reason: .ipv6Groups) }
            all.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard all.count == 8 else { throw Failure(position: end, reason: .ipv6Groups) }
        let high = all[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = all[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return IPAddress(high: high, low: low)
    }
}
