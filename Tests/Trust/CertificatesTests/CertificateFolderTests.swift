import Addressing
import Foundation
import Model
import Secrets
import Testing

@testable import Certificates

private let day: TimeInterval = 86_400

@Suite struct CertificateFolderTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let names = ["portico.test", "*.portico.test"]

    private func withFolder(_ body: (CertificateFolder, String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = CertificateFolder(path)
        _ = try folder.createAuthority(at: self.now)
        try body(folder, path)
    }

    @Test func `The authority is read as it was made, from files of their owner alone`() throws {
        try self.withFolder { folder, path in
            #expect(
                try folder.authority().certificatePEM == String(contentsOfFile: folder.authorityFile, encoding: .utf8)
            )
            _ = try folder.serverCertificate(for: self.names, at: self.now)
            for file in try FileManager.default.contentsOfDirectory(atPath: path) {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
            }
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
        }
    }

    @Test func `An authority that is there is never overwritten`() throws {
        try self.withFolder { folder, _ in
            let before = try folder.authority().certificatePEM
            #expect(throws: LocalAuthorityError.self) { try folder.createAuthority(at: self.now) }
            #expect(try folder.authority().certificatePEM == before)
        }
    }

    @Test(arguments: [0, 300, 333] as [Double])
    func `A certificate is kept while it is good for a month`(days: Double) throws {
        try self.withFolder { folder, _ in
            let first = try folder.serverCertificate(for: self.names, at: self.now)
            let later = try folder.serverCertificate(for: self.names.reversed(), at: self.now + days * day)
            #expect(later.certificatePEM == first.certificatePEM)
            #expect(later.keyPEM.reveal() == first.keyPEM.reveal())
        }
    }

    @Test(arguments: [335, 500] as [Double])
    func `A certificate is renewed in its last month and afterwards`(days: Double) throws {
        try self.withFolder { folder, _ in
            let first = try folder.serverCertificate(for: self.names, at: self.now)
            let later = try folder.serverCertificate(for: self.names, at: self.now + days * day)
            #expect(later.certificatePEM != first.certificatePEM)
            #expect(later.expiry > self.now + (days + 300) * day)
        }
    }

    @Test func `Other names or addresses make a new certificate`() throws {
        try self.withFolder { folder, _ in
            let first = try folder.serverCertificate(for: self.names, at: self.now)
            let second = try folder.serverCertificate(for: self.names + ["more.test"], at: self.now)
            let third = try folder.serverCertificate(for: self.names, addresses: [.loopback4], at: self.now)
            #expect(Set([first, second, third].map(\.certificatePEM)).count == 3)
            #expect(
                try folder.serverCertificate(for: self.names, addresses: [.loopback4], at: self.now).certificatePEM
                    == third.certificatePEM
            )
        }
    }

    @Test func `A certificate of another authority is replaced`() throws {
        try self.withFolder { folder, path in
            let first = try folder.serverCertificate(for: self.names, at: self.now)
            for file in ["ca.pem", "ca.key"] { try FileManager.default.removeItem(atPath: "\(path)/\(file)") }
            _ = try folder.createAuthority(at: self.now)
            #expect(try folder.serverCertificate(for: self.names, at: self.now).certificatePEM != first.certificatePEM)
        }
    }

    @Test(arguments: ["", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func `A damaged certificate is replaced`(text: String) throws {
        try self.withFolder { folder, path in
            try PrivateFile("\(path)/edge.pem").replace(with: Array(text.utf8))
            let made = try folder.serverCertificate(for: self.names, at: self.now)
            #expect(
                try folder.serverCertificate(for: self.names, at: self.now).certificatePEM == made.certificatePEM
            )
        }
    }

    @Test func `A key that others may read is refused`() throws {
        try self.withFolder { folder, path in
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(path)/ca.key")
            #expect(throws: LocalAuthorityError.self) { try folder.serverCertificate(for: self.names, at: self.now) }
        }
    }
}
