import AgentRuntime
import Crypto
import Foundation
import Model
import Portico
import Testing

@testable import AgentUpdate

/// Updates from a web server on loopback, signed as releases are.
@Suite(.timeLimit(.minutes(1)))
struct UpdaterTests {
    private static let running = "1.4.0"

    /// A server with a release, and a program that is to be replaced.
    private struct Stage {
        let server: ReleaseServer
        let key: Curve25519.Signing.PrivateKey
        let folder: URL
        var program: String { self.folder.appending(path: "portico").path }

        func updater(key: String? = nil, url: String? = nil, authority: String? = nil) throws -> Updater {
            try Updater(
                UpdatePlan.Source(
                    url: url ?? self.server.url,
                    key: key ?? self.key.publicKey.rawRepresentation.base64EncodedString(),
                    trust: .pem(Array((authority ?? self.server.authorityPEM).utf8))
                ),
                running: UpdaterTests.running
            )
        }

        /// Publishes a release, as `scripts/release.sh` does.
        func publish(
            _ version: String,
            as name: String = "stable",
            channel: String = "stable",
            program: [UInt8] = Array("new".utf8),
            served: [UInt8]? = nil,
            described: Int? = nil
        ) throws {
            let digest = SHA256.hash(data: program).map { String(format: "%02x", $0) }.joined()
            let manifest = Array(
                """
                {"format": 1, "channel": "\(channel)", "version": "\(version)", "programs": [
                  {"os": "linux", "arch": "\(Machine.architecture)", "url": "portico-\(version)",
                   "size": \(described ?? program.count), "sha256": "\(digest)"}]}
                """.utf8
            )
            let signature = try self.key.signature(for: Data(Updater.context.utf8 + manifest))
            self.server.put("\(name).json", manifest)
            self.server.put("\(name).json.sig", Array((signature.base64EncodedString() + "\n").utf8))
            self.server.put("portico-\(version)", served ?? program)
        }

        func text(_ name: String = "portico") throws -> String {
            try String(contentsOf: self.folder.appending(path: name), encoding: .utf8)
        }

        /// Nothing was changed, and nothing lies about.
        func expectUntouched() throws {
            #expect(try self.text() == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder.path) == ["portico"])
        }
    }

    private static func with(_ body: (Stage) async throws -> Void) async throws {
        try await ReleaseServer.with { server in
            let folder = FileManager.default.temporaryDirectory.appending(path: "portico-update-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let stage = Stage(server: server, key: Curve25519.Signing.PrivateKey(), folder: folder)
            try "old".write(toFile: stage.program, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: stage.program)
            try await body(stage)
        }
    }

    private static func refusal(_ body: () async throws -> Void) async throws -> String? {
        try await #require(throws: PorticoError.self) { try await body() }.code
    }

    @Test func `A newer release takes the place of the program, which is kept`() async throws {
        try await Self.with { stage in
            try stage.publish("1.5.0")
            let updater = try stage.updater()
            #expect(try await updater.newest(of: .stable) == "1.5.0")
            let outcome = try await updater.install(.init(), over: stage.program)
            let backup = URL(filePath: stage.program).resolvingSymlinksInPath().path + ".old"
            #expect(outcome == .installed("1.5.0", backup: backup))
            #expect(try stage.text() == "new" && stage.text("portico.old") == "old")
            let mode = try FileManager.default.attributesOfItem(atPath: stage.program)[.posixPermissions] as? Int
            #expect(mode == 0o755)
            #expect(try FileManager.default.contentsOfDirectory(atPath: stage.folder.path).count == 2)
        }
    }

    @Test func `Where a link leads to the program, the link stays one`() async throws {
        try await Self.with { stage in
            try stage.publish("1.5.0")
            let link = stage.folder.appending(path: "link").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: stage.program)
            _ = try await stage.updater().install(.init(), over: link)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == stage.program)
            #expect(try stage.text() == "new")
        }
    }

    @Test func `The release that runs is not installed again, and an older one only where it is forced`() async throws {
        try await Self.with { stage in
            try stage.publish(Self.running)
            let updater = try stage.updater()
            #expect(try await updater.newest(of: .stable) == nil)
            #expect(try await updater.install(.init(), over: stage.program) == .current(Self.running))
            try stage.publish("1.3.9")
            let code = try await Self.refusal { _ = try await updater.install(.init(), over: stage.program) }
            #expect(code == ErrorCode.updateDowngrade.name)
            try stage.expectUntouched()
            var wish = Updater.Wish()
            wish.allowsOlder = true
            _ = try await updater.install(wish, over: stage.program)
            #expect(try stage.text() == "new")
        }
    }

    @Test func `A release by its version is that one, and a new first number is installed where it is permitted`()
        async throws
    {
        try await Self.with { stage in
            try stage.publish("2.0.0", as: "v2.0.0")
            let updater = try stage.updater()
            var wish = Updater.Wish()
            wish.version = "2.0.0"
            wish.allowsMajor = false
            let code = try await Self.refusal { _ = try await updater.install(wish, over: stage.program) }
            #expect(code == ErrorCode.updateDowngrade.name)
            try stage.expectUntouched()
            wish.allowsMajor = true
            _ = try await updater.install(wish, over: stage.program)
            #expect(try stage.text() == "new")
        }
    }

    @Test func `What is signed by another key is refused`() async throws {
        try await Self.with { stage in
            try stage.publish("1.5.0")
            let other = Curve25519.Signing.PrivateKey().publicKey.rawRepresentation.base64EncodedString()
            let updater = try stage.updater(key: other)
            let code = try await Self.refusal { _ = try await updater.install(.init(), over: stage.program) }
            #expect(code == ErrorCode.updateSignatureInvalid.name)
            try stage.expectUntouched()
        }
    }

    @Test(arguments: ["changed", "unsigned", "nonsense", "context"])
    func `A description that is not the signed one is refused`(fault: String) async throws {
        try await Self.with { stage in
            try stage.publish("1.5.0")
            let manifest = Array(#"{"format": 1, "channel": "stable", "version": "9.9.9", "programs": []}"#.utf8)
            switch fault {
            case "changed": stage.server.put("stable.json", manifest)
            case "unsigned": stage.server.put("stable.json.sig", [])
            case "nonsense": stage.server.put("stable.json.sig", Array("!!".utf8))
            default:
                // Signed with the right key, as something else.
                stage.server.put("stable.json", manifest)
                let signature = try stage.key.signature(for: Data(manifest)).base64EncodedString()
                stage.server.put("stable.json.sig", Array(signature.utf8))
            }
            let updater = try stage.updater()
            let code = try await Self.refusal { _ = try await updater.install(.init(), over: stage.program) }
            #expect(code == ErrorCode.updateSignatureInvalid.name)
            try stage.expectUntouched()
        }
    }

    @Test
    func `The description of another channel, or of another version, is not taken for the one that was asked for`()
        async throws
    {
        try await Self.with { stage in
            try stage.publish("1.5.0", channel: "beta")
            let updater = try stage.updater()
            let code = try await Self.refusal { _ = try await updater.install(.init(), over: stage.program) }
            #expect(code == ErrorCode.updateManifestInvalid.name)
            try stage.publish("1.5.0", as: "v1.6.0")
            var wish = Updater.Wish()
            wish.version = "1.6.0"
            let other = try await Self.refusal { [wish] in _ = try await updater.install(wish, over: stage.program) }
            #expect(other == ErrorCode.updateManifestInvalid.name)
            try stage.expectUntouched()
        }
    }

    @Test(arguments: ["truncated", "longer", "other", "missing"])
    func `A program that is not the described one is refused, and the one that was there stays`(fault: String)
        async throws
    {
        try await Self.with { stage in
            let program = Array(String(repeating: "new program", count: 10_000).utf8)
            switch fault {
            case "truncated": try stage.publish("1.5.0", program: program, served: program.dropLast(1000))
            case "longer": try stage.publish("1.5.0", program: program, served: program + [1])
            case "other": try stage.publish("1.5.0", program: program, served: program.reversed())
            default:
                try stage.publish("1.5.0", program: program)
                stage.server.put("portico-1.5.0", nil)
            }
            let updater = try stage.updater()
            let code = try await Self.refusal { _ = try await updater.install(.init(), over: stage.program) }
            let isFetched = fault == "truncated" || fault == "other"
            #expect(code == (isFetched ? ErrorCode.updateProgramWrong : .updateUnreachable).name)
            try stage.expectUntouched()
        }
    }

    @Test func `A server that is not trusted, or speaks in clear, is not asked`() async throws {
        try await Self.with { stage in
            try stage.publish("1.5.0")
            let other = try await ReleaseServer.authority()
            for updater in [
                try stage.updater(authority: other),
                try stage.updater(url: stage.server.url.replacing("https", with: "http")),
            ] {
                let code = try await Self.refusal { _ = try await updater.newest(of: .stable) }
                #expect(code == ErrorCode.updateUnreachable.name)
            }
        }
    }

    @Test
    func `A folder that cannot be written to, and a program that is not there, are told before anything is fetched`()
        async throws
    {
        try await Self.with { stage in
            try stage.publish("1.5.0")
            let updater = try stage.updater()
            for path in ["/proc/self/exe/portico", "/proc/version", stage.folder.path] {
                let code = try await Self.refusal { _ = try await updater.install(.init(), over: path) }
                #expect(code == ErrorCode.updateNotInstalled.name)
            }
            try stage.expectUntouched()
        }
    }

    @Test(arguments: ["", "AAAA", "not base 64"])
    func `A key that is none is told so`(key: String) throws {
        let error = #expect(throws: PorticoError.self) {
            try Updater(UpdatePlan.Source(url: "https://a/", key: key, trust: .system))
        }
        #expect(error?.code == ErrorCode.updateSignatureInvalid.name)
        #expect(throws: PorticoError.self) { try Updater(nil) }
    }
}

extension ReleaseServer {
    /// Another authority than the server's.
    fileprivate static func authority() async throws -> String {
        var pem = ""
        try await Self.with { pem = $0.authorityPEM }
        return pem
    }
}
