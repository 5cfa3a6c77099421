import Foundation
import Model
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PorticoEdgeTests {
    // MARK: - Commands that end

    @Test func `init says what was made and what to do, and does it once`() async throws {
        try await withTemporaryFolder { folder in
            let first = try await RunningProgram.run("init", "--data-dir", "\(folder)/data")
            #expect(first.status == 0 && first.errors.isEmpty)
            #expect(first.output.contains("portico-edge serve --data-dir \(folder)/data"))
            #expect(first.output.contains("--connect-cas \(folder)/data/ca.pem"))

            let second = try await RunningProgram.run("init", "--data-dir", "\(folder)/data")
            #expect(second.status == 1 && second.output.isEmpty)
            #expect(second.errors.hasPrefix("ERR_PORTICO_100205: "))
            #expect(second.errors.filter { $0 == "\n" }.count == 1)
        }
    }

    @Test func `init writes the authtoken for a script, and not to the terminal`() async throws {
        try await withTemporaryFolder { folder in
            let made = try await RunningProgram.run(
                "init",
                "--data-dir",
                "\(folder)/data",
                "--authtoken-file",
                "\(folder)/token"
            )
            #expect(made.status == 0)
            let token = try String(contentsOfFile: "\(folder)/token", encoding: .utf8)
            #expect(token.hasSuffix("\n") && token.count > 40)
            #expect(!made.output.contains(token.dropLast()))
        }
    }

    @Test func `config shows what is in force and where it came from`() async throws {
        let shown = try await RunningProgram.run(
            "config",
            "--threads",
            "3",
            environment: ["PORTICO_EDGE_REGION": "eu", "PORTICO_EDGE_THREDS": "4"]
        )
        #expect(shown.status == 0)
        #expect(shown.output.contains(/threads: 3 +# --threads\n/))
        #expect(shown.output.contains(/region: eu +# PORTICO_EDGE_REGION\n/))
        #expect(shown.errors.contains("PORTICO_EDGE_THREDS means nothing; did you mean PORTICO_EDGE_THREADS?"))
    }

    @Test func `A bad key is one line with code, place and remedy, and the line it stands in`() async throws {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/edge.yml"
            try "threads: 2\nlisteners:\n  htps: ':1'\n".write(toFile: file, atomically: false, encoding: .utf8)
            let failed = try await RunningProgram.run("serve", "--config", file)
            #expect(failed.status == 1 && failed.output.isEmpty)
            let lines = failed.errors.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(
                lines.first?.hasPrefix(
                    #"ERR_PORTICO_100201: \#(file):3:3: unknown key "htps" in listeners; did you mean "https"? "#
                ) == true
            )
        }
    }

    @Test func `A command that isn't one is a usage error`() async throws {
        let failed = try await RunningProgram.run("srve")
        #expect(failed.status == 64)
        #expect(failed.errors.hasPrefix("ERR_PORTICO_100208: "))
    }

    @Test(arguments: ["version", "--version"])
    func `The version is printed`(asked: String) async throws {
        let told = try await RunningProgram.run(asked)
        #expect(told.status == 0 && told.output == "portico-edge version \(ProductVersion.current)\n")
    }

    @Test func `serve without init says what to run first`() async throws {
        try await withTemporaryFolder { folder in
            let failed = try await RunningProgram.run("serve", "--data-dir", "\(folder)/none")
            #expect(failed.status == 1)
            #expect(failed.errors.hasPrefix("ERR_PORTICO_100204: "))
            #expect(failed.errors.contains("portico-edge init"))
            #expect(failed.errors.filter { $0 == "\n" }.count == 1)
        }
    }

    @Test func `Authtokens are made, listed and revoked beside the edge`() async throws {
        try await withTemporaryFolder { folder in
            let data = "\(folder)/data"
            _ = try await RunningProgram.run("init", "--data-dir", data)
            let made = try await RunningProgram.run("authtoken", "create", "--description", "ci", "--data-dir", data)
            let id = try #require(made.output.split(separator: " ").first.map(String.init))
            #expect(made.status == 0 && id.hasPrefix("cr_"))
            let revoked = try await RunningProgram.run("authtoken", "revoke", "--data-dir", data, id)
            #expect(revoked.status == 0)
            let listed = try await RunningProgram.run("authtoken", "list", "--data-dir", data)
            #expect(listed.output.split(separator: "\n").count == 2)
            #expect(listed.output.split(separator: "\n").contains { $0.hasPrefix(id) && $0.contains("revoked") })
            let missing = try await RunningProgram.run("authtoken", "revoke", "--data-dir", data, "cr_none")
            #expect(missing.status == 1 && missing.errors.hasPrefix("ERR_PORTICO_"))
        }
    }

    @Test func `Authtokens are those of a user and an account, and are deleted for good`() async throws {
        try await withTemporaryFolder { folder in
            let data = ["--data-dir", "\(folder)/data"]
            _ = try await RunningProgram.run(["init"] + data)
            let email = "other@example.test"
            let added = try await RunningProgram.run(
                ["user", "add", "--email", email, "--new-account", "Other"] + data
            )
            let account = try #require(added.output.split(whereSeparator: \.isWhitespace).last.map(String.init))
            let create = ["token", "create", "--user", email, "--rule", "bind:*.example.com"]
            let made = try await RunningProgram.run(create + data)
            let id = try #require(made.output.split(separator: " ").first.map(String.init))
            let listed = try await RunningProgram.run(["token", "list", "--account", account] + data)
            #expect(listed.output.split(separator: "\n").count == 1)
            #expect(listed.output.contains("bind:*.example.com") && listed.output.contains(account))
            #expect(try await RunningProgram.run(["token", "list"] + data).output.split(separator: "\n").count == 2)
            let deleted = try await RunningProgram.run(["token", "delete", id] + data)
            #expect(deleted.status == 0, "\(deleted.errors)")
            #expect(try await RunningProgram.run(["token", "list", "--account", account] + data).output.isEmpty)
            for wrong in [
                ["token", "delete", id], ["token", "create", "--user", "nobody@example.test"],
                ["token", "list", "--account", "ac_none"], ["token", "create", "--rule", "nonsense"],
            ] {
                let refused = try await RunningProgram.run(wrong + data)
                #expect(refused.status == 1 && refused.errors.hasPrefix("ERR_PORTICO_"), "\(wrong): \(refused)")
            }
            let missing = try await RunningProgram.run(["token", "delete"] + data)
            #expect(missing.status == 64)
        }
    }

    // MARK: - Serving

    /// An edge that was set up and serves, on free ports.
    private struct Served {
        let program: RunningProgram
        let http: Int
        let management: Int
        let api: Int
        /// The data folder.
        let data: String
    }

    private func withServed<Result>(
        _ arguments: String...,
        body: (Served) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryFolder { folder in
            let data = "\(folder)/data"
            _ = try await RunningProgram.run("init", "--data-dir", data)
            let ports = try await Loopback.freePorts(5)
            let program = try await RunningProgram(
                ["serve", "--data-dir", data, "--threads", "2", "--tcp-address", "127.0.0.1"]
                    + self.listeners(ports) + arguments
            )
            // Whatever a test leaves behind ends with it.
            defer { program.send(SIGKILL) }
            try await program.writes("agents ")
            try await program.writes("management ")
            try await program.writes("api ")
            return try await body(
                Served(program: program, http: ports[0], management: ports[3], api: ports[4], data: data)
            )
        }
    }

    private func listeners(_ ports: [Int]) -> [String] {
        zip(["http", "https", "agents", "management", "api"], ports).flatMap {
            ["--listeners-\($0)", "127.0.0.1:\($1)"]
        } + ["--listeners-dashboard", "none"]
    }

    private func get(_ path: String, port: Int) async throws -> String {
        try await Loopback.exchange("GET \(path) HTTP/1.1\r\nhost: x\r\n\r\n", port: port)
    }

    @Test func `An edge serves, is ready, and ends in good order at SIGTERM`() async throws {
        try await self.withServed { served in
            #expect(try await self.get("/healthz", port: served.management).hasPrefix("HTTP/1.1 200 "))
            #expect(try await self.get("/readyz", port: served.management).hasPrefix("HTTP/1.1 200 "))
            let visited = try await Loopback.exchange(
                "GET / HTTP/1.1\r\nhost: no.portico.localhost\r\nconnection: close\r\n\r\n",
                port: served.http
            )
            #expect(visited.hasPrefix("HTTP/1.1 404 "))

            served.program.send(SIGTERM)
            let outcome = await served.program.outcome()
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("http       127.0.0.1:\(served.http)\n"))
        }
    }

    @Test func `A draining edge isn't ready, and a second signal ends it at once`() async throws {
        // A service that never answers keeps the drain waiting.
        try await Loopback.withSilentService { port, arrived in
            let upstreams = "[{host: silent.portico.localhost, address: '127.0.0.1:\(port)'}]"
            try await self.withServed("--upstreams", upstreams) { served in
                async let cut = Loopback.exchange(
                    "GET / HTTP/1.1\r\nhost: silent.portico.localhost\r\n\r\n",
                    port: served.http
                )
                try await arrived()

                served.program.send(SIGINT)
                try await served.program.writes("draining")
                #expect(try await self.get("/healthz", port: served.management).hasPrefix("HTTP/1.1 200 "))
                let ready = try await self.get("/readyz", port: served.management)
                #expect(ready.hasPrefix("HTTP/1.1 503 ") && ready.hasSuffix("not ready: draining\n"))

                served.program.send(SIGINT)
                let outcome = await served.program.outcome()
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("ended at once"))
                // That the visitor was cut shows as an error, or as an answer without a byte.
                _ = try? await cut
            }
        }
    }

    @Test(arguments: 0..<5)
    func `A port that someone has is one line with code and remedy`(index: Int) async throws {
        try await withTemporaryFolder { folder in
            let data = "\(folder)/data"
            _ = try await RunningProgram.run("init", "--data-dir", data)
            try await Loopback.withTakenPort { taken in
                var ports = try await Loopback.freePorts(5)
                ports[index] = taken
                let failed = try await RunningProgram(["serve", "--data-dir", data] + self.listeners(ports)).outcome()
                #expect(failed.status == 1)
                #expect(failed.errors.hasPrefix("ERR_PORTICO_100203: Cannot listen on 127.0.0.1:\(taken): "))
                #expect(failed.errors.filter { $0 == "\n" }.count == 1, "\(failed.errors)")
            }
        }
    }

    @Test func `Two edges don't share a data folder, nor a port`() async throws {
        try await self.withServed { served in
            try await withTemporaryFolder { folder in
                _ = try await RunningProgram.run("init", "--data-dir", "\(folder)/other")
                let others = try await Loopback.freePorts(4)
                let failed = try await RunningProgram(
                    ["serve", "--data-dir", "\(folder)/other"] + self.listeners([served.http] + others)
                ).outcome()
                #expect(failed.status == 1)
                #expect(failed.errors.hasPrefix("ERR_PORTICO_100203: Cannot listen on 127.0.0.1:\(served.http): "))
            }
        }
    }
}
