import EdgeTestSupport
import Foundation
import JSON
import NIOConcurrencyHelpers
import Portico
import TestSupport
import Testing

/// The program `portico` as a service, and at the edge's command.
@Suite(.timeLimit(.minutes(5))) struct ServiceTests {
    /// The program that was built beside these tests.
    private static let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "portico").path

    /// A program that runs: what it has said, and how it ends.
    private final class Run: Sendable {
        private let process: NIOLockedValueBox<Process>
        private let log: URL

        init(_ words: [String], in folder: URL) throws {
            self.log = folder.appending(path: "log-\(UUID().uuidString)")
            try Data().write(to: self.log)
            let output = try FileHandle(forWritingTo: self.log)
            let process = Process()
            process.executableURL = URL(filePath: words[0])
            process.arguments = Array(words.dropFirst())
            process.environment = ["HOME": folder.path, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = output
            try TestSignals.unblocked { try process.run() }
            self.process = NIOLockedValueBox(process)
        }

        deinit { self.process.withLockedValue { if $0.isRunning { kill($0.processIdentifier, SIGKILL) } } }

        var text: String { (try? String(contentsOf: self.log, encoding: .utf8)) ?? "" }
        private var isRunning: Bool { self.process.withLockedValue { $0.isRunning } }

        func terminate() { self.process.withLockedValue { $0.terminate() } }

        /// Waits until it has said something so many times, or has ended.
        func wait(for text: String, times: Int = 1) async throws {
            while self.text.components(separatedBy: text).count <= times {
                try #require(self.isRunning, "it ended without \(text): \(self.text)")
                await pause()
            }
        }

        func status() async -> Int32 {
            while self.isRunning { await pause() }
            return self.process.withLockedValue { $0.terminationStatus }
        }
    }

    private static func with(_ body: (TestEdge, URL, String) async throws -> Void) async throws {
        try await TestEdge.with { edge in
            // systemd splits at spaces.
            let folder = FileManager.default.temporaryDirectory.appending(path: "portico service \(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appending(path: "portico.yml")
            let authority = folder.appending(path: "ca.pem")
            try Data(edge.authorityPEM.utf8).write(to: authority)
            try Data(
                """
                version: 3
                agent:
                  authtoken: \(edge.authtoken)
                  connect_url: localhost:\(edge.agentPort)
                  connect_cas: \(authority.path)
                  web_addr: false
                endpoints:
                  - name: web
                    url: https://service.edge.test
                    upstream: {url: \(9)}
                """.utf8
            ).write(to: file)
            try await body(edge, folder, file.path)
        }
    }

    @Test func `systemd-analyze takes the unit, and its ExecStart, run by a shell, serves what the file names`()
        async throws
    {
        try await Self.with { edge, folder, file in
            let printing = try Run([Self.program, "service", "install", "--config", file, "--dry-run"], in: folder)
            #expect(await printing.status() == 0)
            let unit = folder.appending(path: "portico.service")
            try Data(printing.text.utf8).write(to: unit)
            let verifying = try Run(["/usr/bin/systemd-analyze", "verify", "--man=no", unit.path], in: folder)
            #expect(await verifying.status() == 0)
            #expect(verifying.text == "")
            let line = try #require(printing.text.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
            // Quotes mean the same to systemd and to a shell, as far as these paths go.
            let run = try Run(["/bin/sh", "-c", "exec \(line.dropFirst("ExecStart=".count))"], in: folder)
            try await run.wait(for: "msg=\"started tunnel\"")
            #expect(run.text.contains("url=https://service.edge.test"))
            run.terminate()
            #expect(await run.status() == 0, "\(run.text)")
        }
    }

    @Test func `Without its file the service ends with status 5, and an install is refused`() async throws {
        try await Self.with { _, folder, _ in
            let missing = folder.appending(path: "missing.yml").path
            let run = try Run([Self.program, "service", "run", "--config", missing], in: folder)
            #expect(await run.status() == 5)
            #expect(run.text.contains("ERR_PORTICO_100322"))
            let install = try Run([Self.program, "service", "install", "--config", missing], in: folder)
            #expect(await install.status() == 1)
            #expect(install.text.contains("ERR_PORTICO_100322"))
        }
    }

    @Test(
        .disabled(if: FileManager.default.fileExists(atPath: "/run/systemd/system"), "systemd runs here"),
        arguments: ["install", "uninstall", "start", "stop", "restart", "status"]
    )
    func `Where systemd is not at work, each command says so`(verb: String) async throws {
        try await Self.with { _, folder, file in
            let more = verb == "install" ? ["--config", file] : []
            let run = try Run([Self.program, "service", verb] + more, in: folder)
            #expect(await run.status() == 1)
            #expect(run.text.contains("ERR_PORTICO_100320"), "\(run.text)")
        }
    }

    @Test func `An agent that is told to restart begins anew, with the same arguments and in the same process`()
        async throws
    {
        try await Self.with { edge, folder, file in
            let run = try Run([Self.program, "start", "web", "--config", file, "--log", "stdout"], in: folder)
            try await run.wait(for: "msg=\"started tunnel\"")
            try await edge.withAPI { api in
                func session() async throws -> String {
                    let list = try await api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]?.array
                    return list?.first?.object?["id"]?.string ?? ""
                }
                let before = try await session()
                #expect(try await api.call("POST", "/tunnel_sessions/\(before)/restart").status == 200)
                try await run.wait(for: "msg=\"started tunnel\"", times: 2)
                #expect(try await session() != before)
                // It hears signals as the first one did.
                run.terminate()
                #expect(await run.status() == 0)
            }
        }
    }
}
