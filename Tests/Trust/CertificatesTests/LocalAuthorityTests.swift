import Addressing
import Foundation
import Model
import SwiftASN1
import Testing
@_spi(FixedExpiryValidationTime) import X509

@testable import Certificates

private let day: TimeInterval = 86_400

@Suite struct LocalAuthorityTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test func `An authority signs certificates, none below it, for ten years`() throws {
        let authority = try LocalAuthority.create(at: self.now)
        let certificate = try Certificate(pemEncoded: try authority.certificatePEM)
        #expect(try certificate.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try certificate.extensions.keyUsage?.keyCertSign == true)
        #expect(certificate.notValidAfter.timeIntervalSince(self.now) == 3650 * day)
        #expect(certificate.publicKey.isValidSignature(certificate.signature, for: certificate))
    }

    @Test func `Two authorities have different names`() throws {
        let first = try LocalAuthority.create(at: self.now)
        let second = try LocalAuthority.create(at: self.now)
        #expect(first.certificate.subject != second.certificate.subject)
    }

    @Test func `An authority that was saved issues as before`() throws {
        let made = try LocalAuthority.create(at: self.now)
        let loaded = try LocalAuthority.load(
            certificatePEM: try made.certificatePEM,
            keyPEM: try made.keyPEM
        )
        let leaf = try Certificate(pemEncoded: loaded.issue(for: ["a.test"], at: self.now).certificatePEM)
        #expect(made.certificate.publicKey.isValidSignature(leaf.signature, for: leaf))
    }

    @Test func `A key of another authority is refused`() throws {
        let certificate = try LocalAuthority.create(at: self.now).certificatePEM
        let key = try LocalAuthority.create(at: self.now).keyPEM
        let error = #expect(throws: LocalAuthorityError.self) {
            try LocalAuthority.load(certificatePEM: certificate, keyPEM: key)
        }
        guard case .keyOfAnother = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    @Test func `A server certificate is no authority`() throws {
        let issued = try LocalAuthority.create(at: self.now).issue(for: ["a.test"], at: self.now)
        #expect(throws: LocalAuthorityError.self) {
            try LocalAuthority.load(certificatePEM: issued.certificatePEM, keyPEM: issued.keyPEM)
        }
    }

    @Test(arguments: ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func `What is no certificate or key is refused, and a key is never quoted`(text: String) throws {
        let made = try LocalAuthority.create(at: self.now)
        let certificate = try made.certificatePEM
        let key = try made.keyPEM
        #expect(throws: LocalAuthorityError.self) { try LocalAuthority.load(certificatePEM: text, keyPEM: key) }
        let damaged = key.reveal().replacingOccurrences(of: "BEGIN PRIVATE", with: "BEGIN WRONG")
        let error = #expect(throws: LocalAuthorityError.self) {
            try LocalAuthority.load(certificatePEM: certificate, keyPEM: Secret(damaged))
        }
        let secret = key.reveal().split(separator: "\n")[1]
        #expect(!"\(String(describing: error))".contains(secret))
    }
}

@Suite struct ServerCertificateTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test func `A server certificate is accepted for its names and addresses and no others`() async throws {
        let authority = try LocalAuthority.create(at: self.now)
        let issued = try authority.issue(
            for: ["portico.test", "*.portico.test"],
            addresses: [try IPAddress(parsing: "127.0.0.1"), try IPAddress(parsing: "::1")],
            at: self.now
        )
        let leaf = try Certificate(pemEncoded: issued.certificatePEM)
        for name in ["portico.test", "a.portico.test"] {
            #expect(await self.isTrusted(leaf, by: authority, name: name, address: nil))
        }
        for address in ["127.0.0.1", "::1"] {
            #expect(await self.isTrusted(leaf, by: authority, name: nil, address: address))
        }
        for name in ["a.b.portico.test", "portico.example", "example.test"] {
            #expect(await !self.isTrusted(leaf, by: authority, name: name, address: nil))
        }
        #expect(await !self.isTrusted(leaf, by: authority, name: nil, address: "127.0.0.2"))
        #expect(await !self.isTrusted(leaf, by: try .create(at: self.now), name: "portico.test", address: nil))
    }

    private func isTrusted(_ leaf: Certificate, by authority: LocalAuthority, name: String?, address: String?) async
        -> Bool
    {
        var verifier = Verifier(rootCertificates: CertificateStore([authority.certificate])) {
            RFC5280Policy(fixedExpiryValidationTime: self.now)
            ServerIdentityPolicy(serverHostname: name, serverIP: address)
        }
        guard case .validCertificate = await verifier.validate(leaf: leaf, intermediates: CertificateStore([])) else {
            return false
        }
        return true
    }

    @Test func `A server certificate lives less than 366 days and serves only TLS servers`() throws {
        let authority = try LocalAuthority.create(at: self.now)
        let issued = try authority.issue(for: ["a.test"], at: self.now)
        let leaf = try Certificate(pemEncoded: issued.certificatePEM)
        #expect(leaf.notValidAfter.timeIntervalSince(leaf.notValidBefore) < 366 * day)
        #expect(leaf.notValidBefore < self.now)
        #expect(issued.expiry == leaf.notValidAfter)
        #expect(try leaf.extensions.extendedKeyUsage == ExtendedKeyUsage([.serverAuth]))
        #expect(try leaf.extensions.basicConstraints == .notCertificateAuthority)
        #expect(try Certificate.PrivateKey(pemEncoded: issued.keyPEM.reveal()).publicKey == leaf.publicKey)
    }

    @Test func `A server certificate ends no later than its authority, which then issues none`() throws {
        let authority = try LocalAuthority.create(at: self.now)
        let late = self.now + 3649 * day
        #expect(try authority.issue(for: ["a.test"], at: late).expiry == authority.expiry)
        #expect(throws: LocalAuthorityError.self) { try authority.issue(for: ["a.test"], at: late + 2 * day) }
    }

    @Test(arguments: ["a..test", "under_score.test", "a.*.test", "", "*", "a b.test", "127.0.0.1/8"])
    func `A name that is none is refused`(name: String) throws {
        let authority = try LocalAuthority.create(at: self.now)
        #expect(throws: LocalAuthorityError.self) { try authority.issue(for: [name], at: self.now) }
    }

    @Test func `Nothing is issued for nobody`() throws {
        let authority = try LocalAuthority.create(at: self.now)
        #expect(throws: LocalAuthorityError.self) { try authority.issue(for: [], at: self.now) }
    }

    @Test func `A name longer than a common name may be is still served`() async throws {
        let authority = try LocalAuthority.create(at: self.now)
        let name = String(repeating: "a", count: 63) + ".portico.test"
        let leaf = try Certificate(pemEncoded: authority.issue(for: [name], at: self.now).certificatePEM)
        #expect(await self.isTrusted(leaf, by: authority, name: name, address: nil))
    }
}
