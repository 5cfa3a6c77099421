import Crypto
import Foundation
import Model
import TestSupport
import Testing

@testable import SSHKeys

/// Public keys of OpenSSH.
@Suite struct SSHPublicKeyTests {
    static let ed25519 =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

    @Test func `A line is read with its comment and written without`() throws {
        let key = try SSHPublicKey(parsing: "  \(Self.ed25519)   me@host and more\r\n")
        #expect(key.line == Self.ed25519)
        #expect(key.type == "ssh-ed25519")
        #expect(key.algorithm == .ed25519)
        #expect(try key == SSHPublicKey(parsing: Self.ed25519))
        #expect(key.fingerprint.hasPrefix("SHA256:"))
        #expect(!key.fingerprint.hasSuffix("="))
    }

    @Test(arguments: [SSHSigningKey.Form.ed25519, .p256, .p384, .p521, .rsa2048])
    func `The public half of each sort of key is read again`(form: SSHSigningKey.Form) throws {
        let key = try SSHSigningKey(form)
        let read = try SSHPublicKey(parsing: key.publicKey.line)
        #expect(try read == key.publicKey)
        #expect(try SSHSigningKey(key.secret).publicKey == read)
    }

    @Test func `A line that is no key is refused`() throws {
        let point = Data(P256.Signing.PrivateKey().publicKey.x963Representation)
        var wrong = point
        wrong[40] ^= 1
        let cases: [(String, SSHPublicKey.ParseError?)] = [
            ("", .malformed), ("ssh-ed25519", .malformed), ("ssh-ed25519 !", .malformed),
            ("ssh-ed25519 AAAA", .malformed),
            (Self.ed25519.replacing("ssh-ed25519 ", with: "ssh-rsa "), nil),
            (String(Self.ed25519.dropLast(4)), .malformed),
            ("\(Self.ed25519)\n\(Self.ed25519)", .malformed),
            (Self.line("ssh-dss", [[1], [2]]), .unsupported("ssh-dss")),
            (Self.line("ssh-ed25519", [[UInt8](repeating: 1, count: 31)]), .malformed),
            (Self.line("ssh-ed25519", [[UInt8](repeating: 1, count: 32), [1]]), .malformed),
            (Self.line("ssh-rsa", [[1, 0, 1], [1] + [UInt8](repeating: 0, count: 100)]), nil),
            (Self.line("ssh-rsa", [[1, 0, 1], [0x80] + [UInt8](repeating: 0, count: 300)]), .malformed),
            (Self.line("ecdsa-sha2-nistp256", [Array("nistp256".utf8), Array(wrong)]), nil),
            (Self.line("ecdsa-sha2-nistp256", [Array("nistp384".utf8), Array(point)]), nil),
            (String(repeating: "x", count: 9000), .malformed),
        ]
        for (index, (line, error)) in cases.enumerated() {
            do throws(SSHPublicKey.ParseError) {
                _ = try SSHPublicKey(parsing: line)
                Issue.record("case \(index) is a key")
            } catch let found {
                if let error { #expect(found == error, "case \(index)") }
            }
        }
        _ = try SSHPublicKey(parsing: Self.line("ecdsa-sha2-nistp256", [Array("nistp256".utf8), Array(point)]))
    }

    private static func line(_ type: String, _ parts: [[UInt8]]) -> String {
        var writer = SSHWriter()
        writer.write(string: type)
        for part in parts { writer.write(string: part) }
        return "\(type) \(Data(writer.bytes).base64EncodedString())"
    }

    @Test(arguments: UInt64(0)..<300) func `No bytes trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let types = ["ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com"]
        let type = types[Int(seed) % types.count]
        var writer = SSHWriter()
        writer.write(string: type)
        writer.append(random.bytes(Int.random(in: 0...80, using: &random)))
        // Either is fine: what counts is that it returns.
        _ = try? SSHPublicKey(parsing: "\(type) \(Data(writer.bytes).base64EncodedString())")
    }

    @Test(
        arguments: [
            ([], [0, 0, 0, 0]), ([0], [0, 0, 0, 0]), ([0, 0, 1], [0, 0, 0, 1, 1]), ([0x7F], [0, 0, 0, 1, 0x7F]),
            ([0x80], [0, 0, 0, 2, 0, 0x80]), ([0, 0xFF, 1], [0, 0, 0, 3, 0, 0xFF, 1]),
        ] as [([UInt8], [UInt8])]
    )
    func `Integers have no needless zero and no wrong sign`(number: [UInt8], written: [UInt8]) {
        var writer = SSHWriter()
        writer.write(integer: number)
        #expect(writer.bytes == written)
        var reader = SSHReader(written)
        #expect(reader.integer() == Array(number.drop { $0 == 0 }))
    }
}
