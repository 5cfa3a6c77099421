/// Why an address is not a public host on the Internet.
///
/// From the IANA special-purpose address registries (RFC 6890), and wider than "not globally reachable": addresses
/// that carry another one inside (NAT64, 6to4, Teredo, IPv4-compatible) count as well, since what they carry may be
/// anything.
package enum SpecialPurpose: String, Sendable, Hashable {
    case thisHost = "this host"
    case loopback
    case privateUse = "private use"
    case sharedAddressSpace = "shared address space"
    case linkLocal = "link-local"
    case protocolAssignment = "protocol assignments"
    case documentation
    case benchmarking
    case multicast
    case reserved
    case discard = "discard only"
    case translation = "an address that carries another"
    case metadataService = "a cloud's metadata service"
}

extension IPAddress {
    /// What keeps the address from being a public host; nil when it is one.
    package var specialPurpose: SpecialPurpose? {
        if self.isIPv4 { return Self.special4.first { $0.prefix.contains(self) }?.purpose }
        if let purpose = Self.special6.first(where: { $0.prefix.contains(self) })?.purpose { return purpose }
        // All that is global unicast so far lies in 2000::/3.
        return self.high >> 61 == 1 ? nil : .reserved
    }

    /// Whether the address may be a public host: what policy actions, webhooks and key fetches may connect to.
    package var isPublic: Bool { self.specialPurpose == nil }

    private typealias Special = (prefix: IPPrefix, purpose: SpecialPurpose)

    private static func table(_ rows: [(String, SpecialPurpose)]) -> [Special] {
        rows.map { text, purpose in
            guard let prefix = try? IPPrefix(parsing: text) else {
                preconditionFailure("\(text) stands in the table of special addresses and is no prefix")
            }
            return (prefix, purpose)
        }
    }

    private static let special4 = Self.table([
        ("0.0.0.0/8", .thisHost),
        ("10.0.0.0/8", .privateUse),
        ("100.64.0.0/10", .sharedAddressSpace),
        ("127.0.0.0/8", .loopback),
        ("168.63.129.16/32", .metadataService),
        ("169.254.0.0/16", .linkLocal),
        ("172.16.0.0/12", .privateUse),
        ("192.0.0.0/24", .protocolAssignment),
        ("192.0.2.0/24", .documentation),
        ("192.88.99.0/24", .translation),
        ("192.168.0.0/16", .privateUse),
        ("198.18.0.0/15", .benchmarking),
        ("198.51.100.0/24", .documentation),
        ("203.0.113.0/24", .documentation),
        ("224.0.0.0/4", .multicast),
        ("240.0.0.0/4", .reserved),
    ])

    private static let special6 = Self.table([
        ("::/128", .thisHost),
        ("::1/128", .loopback),
        ("::/96", .translation),
        ("64:ff9b::/96", .translation),
        ("64:ff9b:1::/48", .translation),
        ("100::/64", .discard),
        ("2001::/32", .translation),
        ("2001:2::/48", .benchmarking),
        ("2001::/23", .protocolAssignment),
        ("2001:db8::/32", .documentation),
        ("2002::/16", .translation),
        ("3fff::/20", .documentation),
        ("5f00::/16", .protocolAssignment),
        ("fc00::/7", .privateUse),
        ("fe80::/10", .linkLocal),
        ("fec0::/10", .privateUse),
        ("ff00::/8", .multicast),
    ])
}
