import ACME
import Control
import Edge
import EdgeTestSupport
import Foundation
import Model
import TestSupport
import Testing

/// An ACME server of Debian's (`scripts/pebble.sh`) that refuses every other nonce, and the two ports of an edge on which
/// it looks for answers. It ends with this process, however that ends.
struct TestPebble: Sendable {
    private struct Places: Decodable {
        let directory: String
        let management: String
        let dns: String
        let authority: String
        let zone: String
        let resolver: Int32
    }

    private let places: Places
    let http: HeldPort
    let https: HeldPort

    /// What accounts must belong to, where it asks for that.
    static var external: ExternalAccount {
        ExternalAccount(
            identifier: "kid-1",
            key: Secret("zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W")
        )
    }

    /// Runs `body` beside a server of its own, which takes accounts of `external` alone where that is given. Where `zone` is
    /// given, names are resolved by Unbound, and that zone by whoever listens at its port.
    static func with(
        external: ExternalAccount? = nil,
        zone: (name: String, port: Int)? = nil,
        _ body: (TestPebble) async throws -> Void
    ) async throws {
        let http = try #require(HeldPort(0))
        let https = try #require(HeldPort(0))
        var environment = ProcessInfo.processInfo.environment
        if let external { environment["PEBBLE_EAB"] = "\(external.identifier):\(external.key.reveal())" }
        if let zone { environment["PEBBLE_ZONE"] = "\(zone.name):\(zone.port)" }
        let (input, output) = (Pipe(), Pipe())
        let program = try ChildProgram(
            SharedMaterial.packageRoot.appending(path: "scripts/pebble.sh").path,
            ["\(http.port)", "\(https.port)"],
            environment: environment,
            input: input.fileHandleForReading,
            output: output.fileHandleForWriting,
            errors: .standardError
        )
        defer { withExtendedLifetime(program) {} }
        try input.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        let line = await Self.firstLine(of: output.fileHandleForReading)
        let places = try JSONDecoder().decode(Places.self, from: Data(line.utf8))
        do {
            try await body(TestPebble(places: places, http: http, https: https))
        } catch {
            try input.fileHandleForWriting.close()
            throw error
        }
        try input.fileHandleForWriting.close()
    }

    private static func firstLine(of handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var line: [UInt8] = []
                while let byte = try? handle.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { line.append(byte) }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }
        }
    }

    var directory: ACMEURL { get throws { try #require(ACMEURL(self.places.directory)) } }

    func transport() throws -> HTTPSTransport {
        let authority = try String(contentsOf: URL(filePath: self.places.authority), encoding: .utf8)
        return try HTTPSTransport(authoritiesPEM: authority, product: "test")
    }

    /// How an edge obtains certificates here.
    func settings(_ challenge: ChallengeType, over transport: (any ACMETransport)? = nil) throws -> ACMESettings {
        var settings = ACMESettings(directory: try self.directory, transport: try transport ?? self.transport())
        settings.challenges = challenge == .dns ? [] : [challenge]
        settings.contact = "operator@edge.test"
        settings.interval = .milliseconds(100)
        return settings
    }

    /// The authority that certificates chain to, as PEM.
    func root() async throws -> String { try await self.ask("\(self.places.management)/roots/0") }

    /// What the authority says of a certificate.
    func status(ofSerial serial: String) async throws -> String {
        try await self.ask("\(self.places.management)/cert-status-by-serial/\(serial)")
    }

    private func ask(_ url: String) async throws -> String {
        let curl = try #require(Tool("curl"))
        return try await curl.run(["-sS", "--fail-with-body", "--cacert", self.places.authority, url])
    }

    /// Points a name below `shop.example` to another one, as its owner does.
    func point(_ name: String, to target: String) throws {
        let record = "\(name). 1 IN CNAME \(target).\n"
        let text = try String(contentsOf: URL(filePath: self.places.zone), encoding: .utf8) + record
        try text.write(to: URL(filePath: self.places.zone), atomically: true, encoding: .utf8)
        kill(self.places.resolver, SIGHUP)
    }

    /// Writes a program that sets TXT records where Pebble looks them up.
    func writeRecordsProgram(to path: String) throws {
        let program = """
            #!/bin/sh
            case "$1" in
            present) exec curl -sSf -d "{\\"host\\": \\"$2.\\", \\"value\\": \\"$3\\"}" \(self.places.dns)/set-txt ;;
            *) exec curl -sSf -d "{\\"host\\": \\"$2.\\"}" \(self.places.dns)/clear-txt ;;
            esac
            """
        try Data(program.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    }
}

extension TestEdge.Setup {
    /// Listens where Pebble looks, and obtains certificates there.
    mutating func useACME(of pebble: TestPebble, _ settings: ACMESettings) {
        self.edge.http = [.init(host: "127.0.0.1", port: pebble.http.port)]
        self.edge.https = [.init(host: "127.0.0.1", port: pebble.https.port)]
        self.control.acme = settings
    }
}
