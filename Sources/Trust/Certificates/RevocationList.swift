internal import Foundation
internal import SwiftASN1
internal import X509

/// What an authority has revoked, as it says itself (a CRL, RFC 5280 §5).
///
/// Lists that say only a part of it, or something of others' certificates, are refused: they say so in extensions that are
/// critical, and none of these is understood.
struct RevocationList: Sendable {
    enum Problem: Error {
        case criticalExtension
        case unknownSignature
    }

    let issuer: DistinguishedName
    /// When the next one is there at the latest; nil where the authority does not say.
    let nextUpdate: Date?
    private let serials: Set<[UInt8]>
    private let signed: ArraySlice<UInt8>
    private let algorithm: Certificate.SignatureAlgorithm
    private let signature: ArraySlice<UInt8>
    /// Keys that are known to have signed it.
    private var signers: [Certificate.PublicKey] = []

    /// - Throws: where it cannot be read, or says what is not understood.
    init(der bytes: [UInt8]) throws {
        let root = try DER.parse(bytes)
        let parts = try DER.sequence(root, identifier: .sequence) { nodes in
            let body = try Self.next(&nodes)
            return (body, try Self.algorithm(Self.next(&nodes)), try ASN1BitString(derEncoded: Self.next(&nodes)))
        }
        self.signed = parts.0.encodedBytes
        self.algorithm = parts.1
        self.signature = parts.2.bytes
        let body = try DER.sequence(parts.0, identifier: .sequence) { nodes in
            _ = try DER.optionalImplicitlyTagged(&nodes, tag: .integer) as Int?
            _ = try Self.next(&nodes)
            let issuer = try DistinguishedName(derEncoded: Self.next(&nodes))
            _ = try Self.time(Self.next(&nodes))
            var rest: [ASN1Node] = []
            while let node = nodes.next() { rest.append(node) }
            return (issuer, rest)
        }
        self.issuer = body.0
        var nextUpdate: Date?
        var serials: Set<[UInt8]> = []
        for node in body.1 {
            switch node.identifier {
            case .utcTime, .generalizedTime: nextUpdate = try Self.time(node)
            case .sequence: serials = try Self.serials(node)
            default:
                // Extensions, in a tag of their own.
                guard case .constructed(let inside) = node.content else { continue }
                for list in inside { try Self.refuseCritical(list) }
            }
        }
        self.nextUpdate = nextUpdate
        self.serials = serials
    }

    func revokes(_ certificate: Certificate) -> Bool {
        self.serials.contains(Self.plain(certificate.serialNumber.bytes))
    }

    /// The same, with those of `certificates` noted that have signed it.
    func checked(against certificates: [Certificate]) -> RevocationList {
        var list = self
        list.signers = certificates.filter { $0.subject == self.issuer && self.isSigned(by: $0.publicKey) }
            .map(\.publicKey)
        return list
    }

    func isSigned(by key: Certificate.PublicKey) -> Bool {
        self.signers.contains(key)
            || key.isValidSignature(self.signature, for: self.signed, signatureAlgorithm: self.algorithm)
    }

    // MARK: Reading

    private static func next(_ nodes: inout ASN1NodeCollection.Iterator) throws -> ASN1Node {
        guard let node = nodes.next() else { throw ASN1Error.truncatedASN1Field() }
        return node
    }

    private static func serials(_ node: ASN1Node) throws -> Set<[UInt8]> {
        guard case .constructed(let entries) = node.content else { return [] }
        var serials: Set<[UInt8]> = []
        for entry in entries {
            let serial = try DER.sequence(entry, identifier: .sequence) { nodes in
                let serial = try ArraySlice<UInt8>(derEncoded: Self.next(&nodes))
                _ = try Self.time(Self.next(&nodes))
                while let extensions = nodes.next() { try Self.refuseCritical(extensions) }
                return serial
            }
            serials.insert(Self.plain(serial))
        }
        return serials
    }

    /// Without the zeros in front that say that a number is not negative.
    private static func plain(_ serial: ArraySlice<UInt8>) -> [UInt8] { Array(serial.drop { $0 == 0 }) }

    private static func refuseCritical(_ list: ASN1Node) throws {
        guard case .constructed(let extensions) = list.content else { return }
        for one in extensions {
            guard case .constructed(let members) = one.content else { continue }
            for member in members where member.identifier == .boolean {
                if try Bool(derEncoded: member) { throw Problem.criticalExtension }
            }
        }
    }

    private static func time(_ node: ASN1Node) throws -> Date? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var parts = DateComponents()
        if node.identifier == .utcTime {
            let time = try UTCTime(derEncoded: node)
            (parts.year, parts.month, parts.day) = (time.year, time.month, time.day)
            (parts.hour, parts.minute, parts.second) = (time.hours, time.minutes, time.seconds)
        } else {
            let time = try GeneralizedTime(derEncoded: node)
            (parts.year, parts.month, parts.day) = (time.year, time.month, time.day)
            (parts.hour, parts.minute, parts.second) = (time.hours, time.minutes, time.seconds)
        }
        return calendar.date(from: parts)
    }

    private static func algorithm(_ node: ASN1Node) throws -> Certificate.SignatureAlgorithm {
        let identifier = try DER.sequence(node, identifier: .sequence) { nodes in
            let identifier = try ASN1ObjectIdentifier(derEncoded: Self.next(&nodes))
            while nodes.next() != nil {}
            return identifier
        }
        guard let algorithm = self.algorithms[identifier] else { throw Problem.unknownSignature }
        return algorithm
    }

    private static let algorithms: [ASN1ObjectIdentifier: Certificate.SignatureAlgorithm] = [
        [1, 2, 840, 10045, 4, 3, 2]: .ecdsaWithSHA256, [1, 2, 840, 10045, 4, 3, 3]: .ecdsaWithSHA384,
        [1, 2, 840, 10045, 4, 3, 4]: .ecdsaWithSHA512, [1, 2, 840, 113549, 1, 1, 11]: .sha256WithRSAEncryption,
        [1, 2, 840, 113549, 1, 1, 12]: .sha384WithRSAEncryption,
        [1, 2, 840, 113549, 1, 1, 13]: .sha512WithRSAEncryption, [1, 3, 101, 112]: .ed25519,
    ]
}

/// Whether an authority of the chain has taken its word back. Where one has a list that is over its time, nobody knows.
struct RevocationPolicy: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = []
    let lists: [RevocationList]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        guard !self.lists.isEmpty else { return .meetsPolicy }
        for (certificate, issuer) in zip(chain, chain.dropFirst()) {
            for list in self.lists where list.issuer == certificate.issuer && list.isSigned(by: issuer.publicKey) {
                guard !list.revokes(certificate) else {
                    return .failsToMeetPolicy(reason: "the certificate has been revoked")
                }
                if let nextUpdate = list.nextUpdate, nextUpdate < Date() {
                    return .failsToMeetPolicy(reason: "the issuer's list of revocations is over its time")
                }
            }
        }
        return .meetsPolicy
    }
}
