/// A range of addresses that share their first bits: `10.0.0.0/8`, `2001:db8::/32`.
///
/// A prefix is of one family: `::/0` holds no IPv4 address. One inside `::ffff:0:0/96` is an IPv4 prefix.
package struct IPPrefix: Sendable {
    /// The first address: all bits behind the prefix are zero.
    package let first: IPAddress
    /// How many bits count, of 32 or 128.
    package let length: Int
    /// Whether bits were set behind the prefix (`10.1.2.3/8`), which is worth a warning.
    package let hadHostBits: Bool

    private let highMask: UInt64
    private let lowMask: UInt64

    /// The prefix of `length` bits that `address` lies in; nil when it has fewer bits.
    package init?(_ address: IPAddress, length: Int) {
        guard length >= 0, length <= (address.isIPv4 ? 32 : 128) else { return nil }
        self.init(address, bits: address.isIPv4 ? length + 96 : length)
    }

    /// The prefix of the first `bits` of 128 bits, at most all of them.
    private init(_ address: IPAddress, bits: Int) {
        self.highMask = Self.mask(of: min(bits, 64))
        self.lowMask = Self.mask(of: max(bits - 64, 0))
        self.first = IPAddress(high: address.high & self.highMask, low: address.low & self.lowMask)
        // A mapped address that keeps fewer than 96 bits is no longer mapped.
        self.length = self.first.isIPv4 ? bits - 96 : bits
        self.hadHostBits = self.first != address
    }

    /// A word whose first `bits` bits are set.
    private static func mask(of bits: Int) -> UInt64 { bits == 0 ? 0 : ~0 << UInt64(64 - bits) }

    package func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == self.first.isIPv4 && address.high & self.highMask == self.first.high
            && address.low & self.lowMask == self.first.low
    }
}

extension IPPrefix {
    /// Reads an address, or an address with a length in bits. Bits behind the prefix are cleared, which
    /// `hadHostBits` tells.
    package init(parsing text: some StringProtocol) throws(IPAddressError) {
        let slash = text.utf8.firstIndex(of: ASCII.slash) ?? text.utf8.endIndex
        let address: IPAddress
        do throws(IPAddressError) {
            address = try IPAddress(parsing: text[..<slash])
        } catch {
            throw IPAddressError(text: shortened(text), position: error.position, reason: error.reason)
        }
        let isWrittenAsIPv6 = text.utf8.contains(ASCII.colon)
        var bits = 128
        if slash != text.utf8.endIndex {
            guard let length = decimal(text.utf8[slash...].dropFirst(), limit: isWrittenAsIPv6 ? 128 : 32) else {
                let position = text.utf8.distance(from: text.utf8.startIndex, to: slash) + 1
                throw IPAddressError(text: shortened(text), position: position, reason: .prefixLength)
            }
            bits = isWrittenAsIPv6 ? length : length + 96
        }
        self.init(address, bits: bits)
    }
}

extension IPPrefix: Hashable {
    /// By the addresses that they hold, however they were written.
    package static func == (left: IPPrefix, right: IPPrefix) -> Bool {
        left.first == right.first && left.length == right.length
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.first)
        hasher.combine(self.length)
    }
}

extension IPPrefix: CustomStringConvertible {
    package var description: String { "\(self.first)/\(self.length)" }
}
