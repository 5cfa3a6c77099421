import Foundation
import Testing

/// The REST API of `portico-edge serve`, and the commands that let people in.
@Suite(.timeLimit(.minutes(2)))
struct APITests {
    @Test func `A key that was made beside the edge opens its API, until it is deleted`() async throws {
        try await self.withServed { data, port, program in
            let made = try await RunningProgram.run("api-key", "create", "--description", "ci", "--data-dir", data)
            let words = made.output.split(whereSeparator: \.isWhitespace).map(String.init)
            try #require(made.status == 0 && words.count == 2, "\(made)")
            #expect(program.said("api        http://127.0.0.1:\(port)\n"))

            let answer = try await self.get("/self", port: port, key: words[1])
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("operator@portico.localhost"))
            let listed = try await RunningProgram.run("api-key", "list", "--data-dir", data)
            #expect(listed.output.contains("\(words[0])  ") && listed.output.contains("ci"))
            #expect(!listed.output.contains(words[1]))

            let deleted = try await RunningProgram.run("api-key", "delete", words[0], "--data-dir", data)
            #expect(deleted.status == 0)
            #expect(try await self.get("/self", port: port, key: words[1]).hasPrefix("HTTP/1.1 401 "))
            let again = try await RunningProgram.run("api-key", "delete", words[0], "--data-dir", data)
            #expect(again.status == 1 && again.errors.hasPrefix("ERR_PORTICO_100215: "))

            program.send(SIGTERM)
            #expect(await program.outcome().status == 0)
        }
    }

    @Test func `Users of two accounts see nothing of each other, and each only its own`() async throws {
        try await self.withServed { data, port, _ in
            let add = ["user", "add", "--data-dir", data, "--email", "other@example.test"]
            let added = try await RunningProgram.run(add + ["--new-account", "Other"])
            #expect(added.status == 0 && added.output.hasPrefix("usr_"), "\(added)")
            let twice = try await RunningProgram.run(add)
            #expect(twice.status == 0, "a member of a second account: \(twice)")
            let thrice = try await RunningProgram.run(add)
            #expect(thrice.status == 1 && thrice.errors.hasPrefix("ERR_PORTICO_100213: "))
            let listed = try await RunningProgram.run("user", "list", "--data-dir", data)
            #expect(listed.output.split(separator: "\n").count == 3)
            #expect(listed.output.contains("administrator") && listed.output.contains("developer"))

            let create = ["api-key", "create", "--data-dir", data, "--user", "other@example.test"]
            let made = try await RunningProgram.run(create + ["--api-key-file", "\(data)/key"])
            let key = try String(contentsOfFile: "\(data)/key", encoding: .utf8).dropLast()
            #expect(made.status == 0 && !made.output.contains(key))
            let answer = try await self.get("/self", port: port, key: String(key))
            #expect(answer.contains("other@example.test") && answer.contains("\"name\":\"Other\""), "\(answer)")
            let keys = try await self.get("/api_keys", port: port, key: String(key))
            #expect(keys.split(separator: "\"id\"").count == 2, "\(keys)")
        }
    }

    @Test(
        arguments: [
            (["user", "add", "--email", "nobody"], "100212"), (["user", "add", "--email", "a@b@c"], "100212"),
            (["user", "add", "--email", "a@b.test", "--account", "ac_none"], "100214"),
            (["user", "add", "--email", "a@b.test", "--role", "king"], "100208"),
            (["api-key", "create", "--user", "nobody@example.test"], "632"),
            (["api-key", "create", "--account", "ac_none"], "100214"), (["api-key", "delete"], "100208"),
            (["api-key", "delete", "ak_none"], "100215"),
        ] as [([String], String)]
    )
    func `What a command cannot do has a code`(arguments: [String], code: String) async throws {
        try await withTemporaryFolder { folder in
            _ = try await RunningProgram.run("init", "--data-dir", folder + "/data")
            let failed = try await RunningProgram.run(arguments + ["--data-dir", folder + "/data"])
            #expect(failed.status != 0)
            #expect(failed.errors.hasPrefix("ERR_PORTICO_\(code): "), "\(failed.errors)")
        }
    }

    @Test func `The doctor says what is good, and what keeps an edge from serving`() async throws {
        try await withTemporaryFolder { folder in
            let data = ["--data-dir", "\(folder)/data"]
            let ports = try await Loopback.freePorts(5)
            let listeners =
                ["--listeners-dashboard", "none"]
                + zip(["http", "https", "agents", "management", "api"], ports)
                .flatMap { ["--listeners-\($0)", "127.0.0.1:\($1)"] }
            let missing = try await RunningProgram.run(["doctor"] + data + listeners)
            #expect(missing.status == 1 && missing.output.contains("ERR_PORTICO_100204"))
            _ = try await RunningProgram.run(["init"] + data)
            let well = try await RunningProgram.run(["doctor"] + data + listeners)
            #expect(well.status == 0, "\(well)")
            #expect(well.output.contains("SQLite; accounts: 1, users: 1, authtokens: 1, API keys: 0"))
            #expect(!well.output.contains("bad  "))
            try await Loopback.withTakenPort { port in
                let others = listeners.dropLast() + ["127.0.0.1:\(port)"]
                let taken = try await RunningProgram.run(["doctor"] + data + others)
                #expect(taken.status == 1 && taken.output.contains("ERR_PORTICO_100203"))
            }
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644],
                ofItemAtPath: "\(folder)/data/sealing.key"
            )
            let exposed = try await RunningProgram.run(["doctor"] + data + listeners)
            #expect(exposed.status == 1 && exposed.output.contains("ERR_PORTICO_100209"))
        }
    }

    private func withServed(_ body: (_ data: String, _ port: Int, RunningProgram) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let data = "\(folder)/data"
            _ = try await RunningProgram.run("init", "--data-dir", data)
            let ports = try await Loopback.freePorts(4)
            let names = ["http", "https", "agents", "api"]
            let program = try await RunningProgram(
                ["serve", "--data-dir", data, "--threads", "1", "--tcp-address", "127.0.0.1"]
                    + ["--listeners-management", "none", "--listeners-dashboard", "none"]
                    + zip(names, ports).flatMap { ["--listeners-\($0)", "127.0.0.1:\($1)"] }
            )
            // Whatever a test leaves behind ends with it.
            defer { program.send(SIGKILL) }
            try await program.writes("agents ")
            try await program.writes("api ")
            try await body(data, ports[3], program)
        }
    }

    private func get(_ path: String, port: Int, key: String) async throws -> String {
        try await Loopback.exchange(
            """
            GET \(path) HTTP/1.1\r
            host: 127.0.0.1:\(port)\r
            authorization: Bearer \(key)\r
            ngrok-version: 2\r
            connection: close\r
            \r\n
            """,
            port: port
        )
    }
}
