import Certificates
import Edge
import Foundation
import Model
import Settings
import Testing

@testable import EdgeProgram

@Suite struct EdgeCertificatesTests {
    /// What an edge serves that is told of these files, which are beside its data folder.
    private func served(_ certificates: String, in folder: String) throws -> EdgeCertificates {
        let file = try SettingsFile(
            path: "edge.yml",
            text: "data_dir: \(folder)/data\ntls: {certificates: \(certificates)}"
        )
        let edge = try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file)).configuration
        return try EdgeCertificates(
            edge.tls,
            DataFolder(edge.dataFolder),
            for: ServerNames(edge),
            apiHost: "api.example.test"
        )
    }

    /// A folder with `chain.pem` and `key.pem` of `*.example.test`, and an edge's own data.
    private func withFiles(_ body: (String) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            _ = try CertificateFolder("\(folder)/data").createAuthority()
            _ = try CertificateFolder("\(folder)/other").createAuthority()
            let issued = try CertificateFolder("\(folder)/other").serverCertificate(for: ["*.Example.test"])
            try issued.certificatePEM.write(toFile: "\(folder)/chain.pem", atomically: false, encoding: .utf8)
            try issued.keyPEM.reveal().write(toFile: "\(folder)/key.pem", atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/key.pem")
            try body(folder)
        }
    }

    @Test func `Those of files come first, and the edge's own is the default unless one is`() async throws {
        try await self.withFiles { folder in
            let files = "certificate: \(folder)/chain.pem, key: \(folder)/key.pem"
            let served = try self.served("[{\(files)}]", in: folder)
            #expect(served.served.map(\.names.first) == ["*.example.test", "portico.localhost"])
            #expect(served.served.map(\.isDefault) == [false, true])
            #expect(served.api.names == ["*.example.test"])
            #expect(
                try self.served("[{\(files), default: true}]", in: folder).served.map(\.isDefault) == [true, false]
            )
        }
    }

    @Test func `The API has the edge's own where no other is for its name`() async throws {
        try await self.withFiles { folder in
            let names = try self.served("[]", in: folder).api.names
            #expect(names.contains("portico.localhost"))
        }
    }

    @Test func `A key that others may read is refused`() async throws {
        try await self.withFiles { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(folder)/key.pem")
            let failure = try #require(throws: Failure.self) {
                try self.served("[{certificate: \(folder)/chain.pem, key: \(folder)/key.pem}]", in: folder)
            }
            #expect(failure.code == .certificateUnusable && failure.message.contains("chmod"))
        }
    }

    @Test func `A key of another certificate is refused with both paths`() async throws {
        try await self.withFiles { folder in
            let own = try CertificateFolder("\(folder)/data").serverCertificate(for: ["x.test"])
            try own.certificatePEM.write(toFile: "\(folder)/chain.pem", atomically: false, encoding: .utf8)
            let failure = try #require(throws: Failure.self) {
                try self.served("[{certificate: \(folder)/chain.pem, key: \(folder)/key.pem}]", in: folder)
            }
            #expect(failure.code == .certificateKeyOfOther)
            #expect(failure.message.contains("chain.pem") && failure.message.contains("key.pem"))
        }
    }
}
