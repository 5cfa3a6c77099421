internal import Addressing
internal import SwiftASN1
internal import X509

/// What a server certificate is for: host names and addresses (RFC 5280 §4.2.1.6).
struct SubjectNames: Hashable {
    private let names: Set<String>
    private let addresses: Set<[UInt8]>
    let commonName: String

    init(names: [String], addresses: [IPAddress]) {
        self.names = Set(names)
        self.addresses = Set(addresses.map(\.octets))
        // 64 characters is what a common name may have (RFC 5280, upper bounds); clients do not look at it.
        let name = names.first ?? addresses.first?.description ?? ""
        self.commonName = name.utf8.count <= 64 ? name : "portico-edge"
    }

    var generalNames: [GeneralName] {
        self.names.sorted().map { .dnsName($0) }
            + self.addresses.sorted { $0.lexicographicallyPrecedes($1) }
            .map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
    }

    /// Whether `certificate` is for exactly these.
    func areThose(of certificate: Certificate) -> Bool {
        // A certificate whose names cannot be read is for none of them.
        guard let found = try? certificate.extensions.subjectAlternativeNames else { return false }
        return Set(found) == Set(self.generalNames)
    }
}
