import Foundation
import Model
import Testing

@testable import SSHKeys

/// Certificates of OpenSSH, as OpenSSH itself reads them.
@Suite struct SSHCertificateTests {
    /// What `ssh-keygen -L` says of a certificate; it checks the signature before it says anything.
    private static func described(_ line: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString)-cert.pub")
        try Data("\(line)\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
        process.arguments = ["-L", "-f", file.path]
        process.environment = ["TZ": "UTC", "PATH": "/usr/bin:/bin"]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Refusal(text: text) }
        return text
    }

    private struct Refusal: Error {
        let text: String
    }

    private static var hasTool: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen") }

    private static func contents(_ key: SSHPublicKey, _ holder: SSHCertificate.Holder) -> SSHCertificate.Contents {
        SSHCertificate.Contents(
            key: key,
            holder: holder,
            identifier: "sucrt_1",
            serial: 0x1_0000_0002,
            principals: ["alice", "root"],
            validAfter: Date(timeIntervalSince1970: 1_600_000_000),
            validBefore: Date(timeIntervalSince1970: 1_700_000_000),
            criticalOptions: holder == .user ? ["source-address": "10.0.0.0/8", "force-command": "/bin/true"] : [:],
            extensions: holder == .user ? ["permit-user-rc": "", "permit-pty": ""] : [:]
        )
    }

    @Test(
        .enabled(if: Self.hasTool, "ssh-keygen is not installed"),
        arguments: [SSHSigningKey.Form.ed25519, .p256, .p384, .p521, .rsa2048],
        [SSHSigningKey.Form.ed25519, .p256, .p384, .p521, .rsa2048]
    )
    func `OpenSSH takes certificates of each key by each authority`(
        key: SSHSigningKey.Form,
        authority: SSHSigningKey.Form
    ) throws {
        let signer = try SSHSigningKey(authority)
        let certified = try SSHSigningKey(key).publicKey
        let certificate = try SSHCertificate(Self.contents(certified, .user), signedBy: signer)
        let text = try Self.described(certificate.line)
        #expect(text.contains("Type: \(certificate.type) user certificate"))
        #expect(text.contains(certified.fingerprint))
        #expect(text.contains(try signer.publicKey.fingerprint))
        #expect(text.contains("Key ID: \"sucrt_1\""))
        #expect(text.contains("Serial: 4294967298"))
        #expect(text.contains("Valid: from 2020-09-13T12:26:40 to 2023-11-14T22:13:20"))
        for part in ["alice", "root", "force-command /bin/true", "source-address 10.0.0.0/8"] {
            #expect(text.contains(part))
        }
        for part in ["permit-pty\n", "permit-user-rc"] { #expect(text.contains(part)) }
    }

    @Test(.enabled(if: Self.hasTool, "ssh-keygen is not installed"))
    func `A host certificate without principals is good for all`() throws {
        let signer = try SSHSigningKey(.ed25519)
        var contents = Self.contents(try SSHSigningKey(.ed25519).publicKey, .host)
        contents.principals = []
        let text = try Self.described(SSHCertificate(contents, signedBy: signer).line)
        #expect(text.contains("host certificate"))
        #expect(text.contains("Principals: (none)"))
        #expect(text.contains("Critical Options: (none)"))
        #expect(text.contains("Extensions: (none)"))
    }

    @Test(.enabled(if: Self.hasTool, "ssh-keygen is not installed"))
    func `What was changed is no certificate`() throws {
        let signer = try SSHSigningKey(.ed25519)
        let line = try SSHCertificate(Self.contents(try SSHSigningKey(.ed25519).publicKey, .user), signedBy: signer)
            .line
        var bytes = Array(try #require(Data(base64Encoded: String(line.split(separator: " ")[1]))))
        let place = bytes.count - 1
        bytes[place] ^= 1
        let changed = "\(line.split(separator: " ")[0]) \(Data(bytes).base64EncodedString())"
        #expect(throws: Refusal.self) { try Self.described(changed) }
    }
}
