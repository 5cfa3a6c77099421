import Foundation
import Model
import SSHKeys
import TestSupport
import Testing

@Suite struct SSHHostKeyTests {
    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hostkey-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func keygen(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text
    }

    @Test func `ssh-keygen reads a key that was made here, and finds the same fingerprint`() throws {
        try self.inFolder { folder in
            let key = try SSHHostKey()
            let file = folder.appending(path: "key")
            try key.text.reveal().write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            #expect(try self.keygen(["-y", "-f", file.path]).hasPrefix(key.publicKey.line))
            #expect(try self.keygen(["-l", "-f", file.path]).contains(key.publicKey.fingerprint))
            #expect(try SSHHostKey(key.text).publicKey == key.publicKey)
        }
    }

    @Test(arguments: ["ed25519", "ecdsa", "rsa"]) func `A key of ssh-keygen's is read`(type: String) throws {
        try self.inFolder { folder in
            let file = folder.appending(path: "key")
            _ = try self.keygen(["-q", "-t", type, "-N", "", "-f", file.path])
            let key = try SSHHostKey(Secret(try String(contentsOf: file, encoding: .utf8)))
            #expect(try self.keygen(["-l", "-f", file.path]).contains(key.publicKey.fingerprint))
        }
    }

    @Test func `What is no key, or locked, is refused`() throws {
        #expect(throws: SSHHostKey.ParseError.malformed) { try SSHHostKey(Secret("nothing")) }
        try self.inFolder { folder in
            let file = folder.appending(path: "key")
            _ = try self.keygen(["-q", "-t", "ed25519", "-N", "passphrase", "-f", file.path])
            let text = Secret(try String(contentsOf: file, encoding: .utf8))
            #expect(throws: SSHHostKey.ParseError.locked) { try SSHHostKey(text) }
        }
    }
}
