import Foundation
import TestDatabase
import Testing

/// The edge on PostgreSQL, and backups from one kind of database to the other.
@Suite(.timeLimit(.minutes(5)))
struct StoreTests {
    @Test func `A backup goes from PostgreSQL to SQLite and back, and nothing is lost`() async throws {
        try await withTemporaryFolder { folder in
            try await TestPostgres.withDatabase { url in
                let first = ["--data-dir", "\(folder)/data", "--store", url]
                #expect(try await RunningProgram.run(["init"] + first).status == 0)
                let made = try await RunningProgram.run(["authtoken", "create", "--description", "moved"] + first)
                let id = try #require(made.output.split(separator: " ").first.map(String.init))
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/data/portico.db"))
                let saved = try await RunningProgram.run(["backup", "--to", "\(folder)/a"] + first)
                #expect(saved.status == 0, "\(saved.errors)")

                let second = ["--data-dir", "\(folder)/second"]
                let restored = try await RunningProgram.run(["restore", "--from", "\(folder)/a"] + second)
                #expect(restored.status == 0, "\(restored.errors)")
                #expect(self.digest(restored) == self.digest(saved))
                let listed = try await RunningProgram.run(["authtoken", "list"] + second)
                #expect(listed.output.contains(id) && listed.output.contains("moved"))
                let again = try await RunningProgram.run(["backup", "--to", "\(folder)/b"] + second)
                #expect(self.digest(again) == self.digest(saved))

                try await TestPostgres.withDatabase { other in
                    let third = ["--data-dir", "\(folder)/data", "--store", other]
                    let back = try await RunningProgram.run(["restore", "--from", "\(folder)/b"] + third)
                    #expect(self.digest(back) == self.digest(saved))
                    #expect(try await RunningProgram.run(["authtoken", "list"] + third).output == listed.output)
                    let twice = try await RunningProgram.run(["restore", "--from", "\(folder)/b"] + third)
                    #expect(twice.errors.hasPrefix("ERR_PORTICO_100205: "))
                }
            }
        }
    }

    @Test func `A backup is never written over a file, and its file is its owner's alone`() async throws {
        try await withTemporaryFolder { folder in
            let data = ["--data-dir", "\(folder)/data"]
            _ = try await RunningProgram.run(["init"] + data)
            #expect(try await RunningProgram.run(["backup", "--to", "\(folder)/a"] + data).status == 0)
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/a")[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let twice = try await RunningProgram.run(["backup", "--to", "\(folder)/a"] + data)
            #expect(twice.status == 1 && twice.errors.hasPrefix("ERR_PORTICO_100211: "))
        }
    }

    @Test func `A broken backup sets nothing up, and can be tried again`() async throws {
        try await withTemporaryFolder { folder in
            let data = ["--data-dir", "\(folder)/data"]
            _ = try await RunningProgram.run(["init"] + data)
            _ = try await RunningProgram.run(["backup", "--to", "\(folder)/a"] + data)
            let bytes = try Data(contentsOf: URL(filePath: "\(folder)/a"))
            try bytes.dropLast(100).write(to: URL(filePath: "\(folder)/cut"))
            let second = ["--data-dir", "\(folder)/second"]
            let broken = try await RunningProgram.run(["restore", "--from", "\(folder)/cut"] + second)
            #expect(broken.status == 1 && broken.errors.hasPrefix("ERR_PORTICO_100211: "), "\(broken.errors)")
            #expect(try await RunningProgram.run(["restore", "--from", "\(folder)/a"] + second).status == 0)
        }
    }

    @Test func `The address of the database is shown nowhere`() async throws {
        for arguments in [["config"], ["serve", "--data-dir", "/nonexistent"]] {
            let run = try await RunningProgram.run(arguments + ["--store", "postgres://u:hunter2@127.0.0.1:1/db"])
            #expect(!run.output.contains("hunter2") && !run.errors.contains("hunter2"))
        }
        let wrong = try await RunningProgram.run(["config", "--store", "mysql://u:hunter2@h/db"])
        #expect(wrong.status == 1 && !wrong.errors.contains("hunter2"))
        #expect(wrong.errors.contains("postgres://"))
    }

    @Test func `While PostgreSQL is away the edge serves, and writes are told so`() async throws {
        try await withTemporaryFolder { folder in
            try await TestPostgres.withServer { server in
                let ports = try await Loopback.freePorts(5)
                let data = ["--data-dir", "\(folder)/data", "--store", server.url]
                #expect(try await RunningProgram.run(["init"] + data).status == 0)
                let names = ["http", "https", "agents", "management", "api"]
                let program = try await RunningProgram(
                    ["serve", "--threads", "1", "--tcp-address", "127.0.0.1"] + data
                        + ["--listeners-dashboard", "none"]
                        + zip(names, ports).flatMap { ["--listeners-\($0)", "127.0.0.1:\($1)"] }
                )
                defer { program.send(SIGKILL) }
                try await program.writes("agents ")
                try await program.writes("api ")
                let made = try await RunningProgram.run(["api-key", "create"] + data)
                let key = String(made.output.split(whereSeparator: \.isWhitespace).last ?? "")
                #expect(try await self.post(key, ports[4]).hasPrefix("HTTP/1.1 201 "))
                try await self.serveCloudEndpoint(key, ports[4])
                #expect(try await self.visit(ports[0]).hasPrefix("HTTP/1.1 204 "))
                try await server.stop()
                try await self.stayAway {
                    let answer = try await self.visit(ports[0])
                    #expect(answer.hasPrefix("HTTP/1.1 204 "))
                }
                let away = try await self.post(key, ports[4])
                #expect(away.hasPrefix("HTTP/1.1 503 ") && away.contains("ERR_NGROK_100504"), "\(away)")
                #expect(try await self.get("/readyz", ports[3]).contains("the database does not answer"))
                #expect(try await self.get("/", ports[0]).hasPrefix("HTTP/1.1 404 "))
                #expect(try await self.visit(ports[0]).hasPrefix("HTTP/1.1 204 "))
                let refused = try await RunningProgram.run(["authtoken", "create"] + data)
                #expect(refused.status == 1 && refused.errors.hasPrefix("ERR_PORTICO_100210: "), "\(refused.errors)")
                try await server.restart()
                #expect(try await RunningProgram.run(["authtoken", "create"] + data).status == 0)
                let begun = ContinuousClock.now
                while try await !self.get("/readyz", ports[3]).hasSuffix("\r\n\r\nready\n") {
                    try #require(ContinuousClock.now - begun < .seconds(5))
                }
                #expect(try await self.post(key, ports[4]).hasPrefix("HTTP/1.1 201 "))
                program.send(SIGTERM)
                #expect(await program.outcome().status == 0)
            }
        }
    }

    private func digest(_ outcome: RunningProgram.Outcome) -> Substring? {
        outcome.output.split(separator: "\n").last { $0.hasPrefix("SHA-256") }
    }

    /// How long the database is away: as many seconds as `PORTICO_OUTAGE_SECONDS` says; else a minute in full counts,
    /// not at all without.
    private func stayAway(_ look: () async throws -> Void) async throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds =
            environment["PORTICO_OUTAGE_SECONDS"].flatMap(Int.init)
            ?? (environment["PORTICO_FULL_COUNTS"] == "1" ? 60 : 0)
        let end = ContinuousClock.now + .seconds(seconds)
        repeat { try await look() } while ContinuousClock.now < end
    }

    /// An endpoint that answers 204, for `http://cloud.example.test`.
    private func serveCloudEndpoint(_ key: String, _ port: Int) async throws {
        let policy = "on_http_request: [{actions: [{type: custom-response, config: {status_code: 204}}]}]"
        for (path, body) in [
            ("/reserved_domains", #"{"domain":"cloud.example.test"}"#),
            ("/endpoints", #"{"url":"http://cloud.example.test","traffic_policy":"\#(policy)"}"#),
        ] {
            let answer = try await self.post(key, port, path, body)
            try #require(answer.hasPrefix("HTTP/1.1 201 "), "\(answer)")
        }
    }

    private func visit(_ port: Int) async throws -> String {
        try await Loopback.exchange(
            "GET / HTTP/1.1\r\nhost: cloud.example.test\r\nconnection: close\r\n\r\n",
            port: port
        )
    }

    /// Makes an IP policy, or what `path` and `body` say.
    private func post(
        _ key: String,
        _ port: Int,
        _ path: String = "/ip_policies",
        _ body: String = "{}"
    ) async throws -> String {
        let head = [
            "POST \(path) HTTP/1.1", "host: localhost", "authorization: Bearer \(key)", "ngrok-version: 2",
            "content-type: application/json", "content-length: \(body.utf8.count)", "connection: close",
        ]
        return try await Loopback.exchange(head.map { "\($0)\r\n" }.joined() + "\r\n" + body, port: port)
    }

    private func get(_ path: String, _ port: Int) async throws -> String {
        // The exchange is over when the connection is; one that is kept would cost the time for which it is.
        try await Loopback.exchange("GET \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", port: port)
    }
}
