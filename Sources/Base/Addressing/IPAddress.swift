/// An IPv4 or IPv6 address, without zone.
///
/// An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`, RFC 4291 2.5.5.2) is the IPv4 address that it carries: rules
/// cannot be walked around by the other spelling.
package struct IPAddress: Sendable, Hashable {
    /// The address as 128 bits; IPv4 stands in its mapped form, `::ffff:a.b.c.d`.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The IPv4 address of these 32 bits, the first octet being the highest.
    package init(v4 bits: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(bits))
    }

    /// The address of 4 or 16 octets in network order; nil for other counts.
    package init?(octets: some Collection<UInt8>) {
        switch octets.count {
        case 4:
            self.init(v4: octets.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            let high = octets.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let low = octets.dropFirst(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            self.init(high: high, low: low)
        default:
            return nil
        }
    }
}

extension IPAddress {
    package static let loopback4 = IPAddress(v4: 0x7F00_0001)
    package static let loopback6 = IPAddress(high: 0, low: 1)
    /// `0.0.0.0`: every IPv4 interface of this host, where it is listened on.
    package static let any4 = IPAddress(v4: 0)
    /// `::`: every interface of this host, where it is listened on.
    package static let any6 = IPAddress(high: 0, low: 0)

    package var isIPv4: Bool { self.high == 0 && self.low >> 32 == 0xFFFF }

    /// The 32 bits of an IPv4 address; nil for IPv6.
    package var v4: UInt32? { self.isIPv4 ? UInt32(truncatingIfNeeded: self.low) : nil }

    /// 4 octets of an IPv4 address, 16 of an IPv6 address, in network order.
    package var octets: [UInt8] {
        if let bits = self.v4 { return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * UInt32($0))) } }
        return self.octets16
    }

    /// 16 octets in network order; IPv4 in its mapped form.
    package var octets16: [UInt8] {
        [self.high, self.low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    /// `127.0.0.0/8` and `::1`.
    package var isLoopback: Bool {
        if let bits = self.v4 { bits >> 24 == 127 } else { self == .loopback6 }
    }

    /// `0.0.0.0` and `::`.
    package var isUnspecified: Bool { self == .any4 || self == .any6 }

    /// `169.254.0.0/16` and `fe80::/10`.
    package var isLinkLocal: Bool {
        if let bits = self.v4 { bits >> 16 == 0xA9FE } else { self.high >> 54 == 0xFE80 >> 6 }
    }

    /// The private ranges of RFC 1918 and the unique local addresses of RFC 4193.
    package var isPrivate: Bool {
        guard let bits = self.v4 else { return self.high >> 57 == 0xFC00 >> 9 }
        return bits >> 24 == 10 || bits >> 20 == 0xAC1 || bits >> 16 == 0xC0A8
    }

    /// `224.0.0.0/4` and `ff00::/8`.
    package var isMulticast: Bool {
        if let bits = self.v4 { bits >> 28 == 0xE } else { self.high >> 56 == 0xFF }
    }
}

extension IPAddress: Comparable {
    /// By the 128 bits, so IPv4 addresses stand together.
    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension IPAddress: CustomStringConvertible {
    /// The address as RFC 5952 spells it; an IPv4 address in dotted form.
    package var description: String {
        if let bits = self.v4 { return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)" }
        let groups = self.groups
        guard let gap = Self.longestZeroRun(in: groups) else { return Self.text(of: groups[...]) }
        return "\(Self.text(of: groups[..<gap.lowerBound]))::\(Self.text(of: groups[gap.upperBound...]))"
    }

    private var groups: [UInt16] {
        [self.high, self.low].flatMap { word in
            (0..<4).map { UInt16(truncatingIfNeeded: word >> (48 - 16 * UInt64($0))) }
        }
    }

    private static func text(of groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The first of the longest runs of two or more zero groups.
    private static func longestZeroRun(in groups: [UInt16]) -> Range<Int>? {
        var longest = 0..<1
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > longest.count {
                longest = start..<(index + 1)
            }
        }
        return longest.count >= 2 ? longest : nil
    }
}
