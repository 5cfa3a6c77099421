import Crypto
import CryptoExtras
import Foundation
import Model
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import Certificates

/// Certificates that someone uploads.
@Suite struct UploadTests {
    // MARK: - Material

    /// Makes certificates of each sort.
    private struct Material {
        let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let middleKey = Certificate.PrivateKey(P384.Signing.PrivateKey())

        static func name(_ common: String) throws -> DistinguishedName {
            try DistinguishedName {
                CountryName("DE")
                StateOrProvinceName("Berlin")
                LocalityName("Mitte")
                OrganizationName("Example")
                OrganizationalUnitName("Web")
                CommonName(common)
            }
        }

        static func certificate(
            _ subject: String,
            _ key: Certificate.PublicKey,
            by issuer: String,
            _ issuerKey: Certificate.PrivateKey,
            isAuthority: Bool
        ) throws -> Certificate {
            try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(bytes: [0x0A, 0xBC, 0x01]),
                publicKey: key,
                notValidBefore: Date(timeIntervalSince1970: 1_000_000_000),
                notValidAfter: Date(timeIntervalSince1970: 2_000_000_000),
                issuer: Self.name(issuer),
                subject: Self.name(subject),
                signatureAlgorithm: issuerKey.algorithm,
                extensions: Certificate.Extensions {
                    if isAuthority {
                        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                        KeyUsage(keyCertSign: true, cRLSign: true)
                    } else {
                        KeyUsage(digitalSignature: true, keyEncipherment: true)
                        try ExtendedKeyUsage([.serverAuth, .clientAuth])
                        SubjectAlternativeNames([
                            .dnsName("app.example.test"), .dnsName("*.example.test"),
                            .ipAddress(ASN1OctetString(contentBytes: [192, 0, 2, 7])),
                        ])
                    }
                },
                issuerPrivateKey: issuerKey
            )
        }

        func root() throws -> Certificate {
            try Self.certificate("root", self.rootKey.publicKey, by: "root", self.rootKey, isAuthority: true)
        }

        func middle() throws -> Certificate {
            try Self.certificate("middle", self.middleKey.publicKey, by: "root", self.rootKey, isAuthority: true)
        }

        func leaf(_ key: Certificate.PrivateKey) throws -> Certificate {
            try Self.certificate("app", key.publicKey, by: "middle", self.middleKey, isAuthority: false)
        }
    }

    private static func pem(_ certificates: Certificate...) throws -> String {
        try certificates.map { try $0.serializeAsPEM().pemString + "\n" }.joined()
    }

    private static func code(_ body: () throws(Failure) -> Void) -> Int? {
        do throws(Failure) {
            try body()
            return nil
        } catch {
            return error.code.number
        }
    }

    private static func upload(_ chain: String, _ key: String) -> Int? {
        Self.code { () throws(Failure) in _ = try UploadedCertificate(chainPEM: chain, keyPEM: Secret(key)) }
    }

    private static func authority(_ pem: String) -> Int? {
        Self.code { () throws(Failure) in _ = try UploadedAuthority(pem: pem) }
    }

    // MARK: - What is taken

    @Test(arguments: ["p256", "p384", "p521", "rsa", "ed25519"])
    func `A chain is taken with a key of each type`(type: String) throws {
        let material = Material()
        let key: Certificate.PrivateKey =
            switch type {
            case "p256": .init(P256.Signing.PrivateKey())
            case "p384": .init(P384.Signing.PrivateKey())
            case "p521": .init(P521.Signing.PrivateKey())
            case "rsa": .init(try _RSA.Signing.PrivateKey(keySize: .bits2048))
            default: .init(Curve25519.Signing.PrivateKey())
            }
        let chain = try Self.pem(material.leaf(key), material.middle(), material.root())
        let upload = try UploadedCertificate(chainPEM: chain, keyPEM: Secret(key.serializeAsPEM().pemString))
        #expect(upload.chainPEM == chain)
        let summary = upload.summary
        #expect(summary.keyType == (type.hasPrefix("p") ? "ecdsa" : type))
        #expect(summary.commonName == "app")
        #expect(summary.issuerCommonName == "middle")
        #expect(summary.organization == "Example")
        #expect(summary.organizationalUnit == "Web")
        #expect(summary.locality == "Mitte")
        #expect(summary.province == "Berlin")
        #expect(summary.country == "DE")
        #expect(summary.serialNumber == "0abc01")
        #expect(summary.dnsNames == ["app.example.test", "*.example.test"])
        #expect(summary.addresses == ["192.0.2.7"])
        #expect(summary.keyUsages == ["digital_signature", "key_encipherment"])
        #expect(Set(summary.extendedKeyUsages) == ["server_auth", "client_auth"])
        #expect(summary.notBefore == Date(timeIntervalSince1970: 1_000_000_000))
        #expect(summary.notAfter == Date(timeIntervalSince1970: 2_000_000_000))
    }

    @Test func `Text around the blocks, and the name of a curve, are no harm`() throws {
        let material = Material()
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let chain = "subject: app\r\n" + (try Self.pem(material.leaf(key))) + "\nissuer: middle\n"
        let curve = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        #expect(Self.upload(chain, curve + (try key.serializeAsPEM().pemString)) == nil)
    }

    @Test func `An authority is taken when it has expired, too`() throws {
        let material = Material()
        let upload = try UploadedAuthority(pem: Self.pem(material.root()))
        #expect(upload.summary.commonName == "root")
        #expect(upload.summary.keyUsages == ["cert_sign", "crl_sign"])
        #expect(upload.summary.extendedKeyUsages == [])
    }

    // MARK: - What is not

    @Test func `A chain or a key that cannot be is refused with its code`() throws {
        let material = Material()
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let other = try Certificate.PrivateKey(P256.Signing.PrivateKey()).serializeAsPEM().pemString
        let leaf = try Self.pem(material.leaf(key))
        let good = try key.serializeAsPEM().pemString
        let small = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024)).pemRepresentation
        let headers = good.replacing("KEY-----\nM", with: "KEY-----\nComment: x\n\nM")
        let encrypted = good.replacing("KEY-----\nM", with: "KEY-----\nProc-Type: 4,ENCRYPTED\n\nM")
        let cases: [(chain: String, key: String, code: Int)] = [
            ("", good, 1922), ("text", good, 1922), (good, good, 1925), (leaf + good, good, 1925),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", good, 1900),
            ("-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n", good, 1900),
            (leaf, "", 1901), (leaf, "text", 1901), (leaf, leaf, 1924), (leaf, other, 1923), (leaf, small, 1903),
            (leaf, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 1903),
            (leaf, "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n", 1903),
            (leaf, headers, 1910), (leaf, encrypted, 1902),
            (leaf, good.replacing("BEGIN PRIVATE", with: "BEGIN ENCRYPTED PRIVATE"), 1902),
            (try Self.pem(material.leaf(key), material.root()), good, 1926),
            (try Self.pem(material.leaf(key), material.root(), material.middle()), good, 1926),
            (String(repeating: "x", count: 65_537), good, 1921), (leaf, String(repeating: "x", count: 65_537), 1921),
            (String(repeating: leaf, count: 17), good, 1921),
        ]
        for (index, wrong) in cases.enumerated() {
            #expect(Self.upload(wrong.chain, wrong.key) == wrong.code, "case \(index)")
        }
    }

    @Test func `An authority that cannot be is refused with its code`() throws {
        let material = Material()
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let cases: [(pem: String, code: Int)] = [
            ("text", 1920), ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 1920),
            (try key.serializeAsPEM().pemString, 1911), (try Self.pem(material.root(), material.middle()), 1912),
            (try Self.pem(material.leaf(key)), 1913), (String(repeating: "x", count: 65_537), 1921),
        ]
        for (index, wrong) in cases.enumerated() {
            #expect(Self.authority(wrong.pem) == wrong.code, "case \(index)")
        }
    }

    @Test(arguments: UInt64(0)..<200) func `No text of blocks traps`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let material = Material()
        var bytes = Array(try Self.pem(material.root()).utf8)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        // Either is fine: what counts is that it returns.
        _ = Self.authority(text)
        _ = Self.upload(text, text)
    }
}

extension Certificate.PrivateKey {
    /// How a key of the authorities here signs.
    fileprivate var algorithm: Certificate.SignatureAlgorithm {
        P256.Signing.PublicKey(self.publicKey) != nil ? .ecdsaWithSHA256 : .ecdsaWithSHA384
    }
}
