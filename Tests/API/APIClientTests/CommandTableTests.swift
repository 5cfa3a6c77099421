import APITypes
import JSON
import Model
import Testing

@testable import APIClient

/// The commands of `portico api` are those of the API, all of them.
@Suite struct CommandTableTests {
    private static let commands = CommandGroup.all.flatMap { group in group.commands.map { (group, $0) } }

    @Test func `Every operation of the API has one command, and no command is of another`() {
        let document = OpenAPIDocument.json(ResourceShape.all, url: "http://localhost")
        var operations: [String] = []
        for path in document["paths"]?.object?.members ?? [] {
            for method in path.value.object?.members ?? [] {
                operations.append("\(method.key.uppercased()) \(path.key)")
            }
        }
        let commands = Self.commands.map { "\($1.method.rawValue) /\($1.path)" }
        #expect(commands.sorted() == operations.sorted())
    }

    @Test func `Groups are called as wrappers of the reference system's agent call them`() {
        let expected = [
            "abuse-reports", "agent-ingresses", "api-keys", "application-sessions", "application-users", "bot-users",
            "certificate-authorities", "credentials", "endpoints", "event-destinations", "event-sources",
            "event-subscriptions", "ip-policies", "ip-policy-rules", "ip-restrictions", "kubernetes-operators",
            "personal-access-tokens", "reserved-addrs", "reserved-domains", "root", "secrets", "service-users",
            "ssh-certificate-authorities", "ssh-credentials", "ssh-host-certificates", "ssh-user-certificates",
            "tls-certificates", "tunnel-sessions", "tunnels", "vaults",
        ]
        #expect(Set(expected).subtracting(CommandGroup.all.map(\.name)).isEmpty)
    }

    @Test(
        arguments: [
            ("tunnel-sessions", ["list", "get", "restart", "stop", "update"]),
            ("vaults", ["create", "list", "get", "update", "delete", "get-secrets-by-vault"]),
            ("event-sources", ["list", "create", "get", "update", "delete"]),
            ("root", ["get", "self"]),
            ("application-users", ["list", "get", "delete"]),
        ]
    )
    func `Commands are called so too`(group: String, names: [String]) throws {
        let group = try #require(CommandGroup.all.first { $0.name == group })
        #expect(group.commands.map(\.name) == names)
    }

    @Test func `Names are unique, and no flag hides one that every command has`() {
        for group in CommandGroup.all { #expect(Set(group.commands.map(\.name)).count == group.commands.count) }
        let common = Set(APICommandLine.commonFlags.map(\.name) + ["help", "log"])
        for (group, command) in Self.commands {
            let names = command.flags.map(\.name)
            #expect(Set(names).count == names.count, "\(group.name) \(command.name)")
            #expect(common.isDisjoint(with: names), "\(group.name) \(command.name)")
        }
    }

    @Test func `Every example is a command line that is understood`() throws {
        for (group, command) in Self.commands {
            let line = try APICommandLine(command.example(in: group)) { _ in "text" }
            guard case .call(let call) = line.wish else {
                Issue.record("\(group.name) \(command.name) has no example")
                continue
            }
            #expect(call.method == command.method)
        }
    }

    @Test func `Help of each level has an example and every flag`() throws {
        for (group, command) in Self.commands {
            let text = try Self.help([group.name, command.name, "--help"])
            #expect(text.contains("EXAMPLE:\n  portico api \(group.name) \(command.name)"))
            for flag in command.flags { #expect(text.contains("--\(flag.name)")) }
        }
        for group in CommandGroup.all {
            #expect(try Self.help(["--help"]).contains("\n  \(group.name) "))
            let text = try Self.help([group.name])
            #expect(text.contains("EXAMPLE:\n  portico api \(group.name) "))
            for command in group.commands { #expect(text.contains("\n  \(command.name) ")) }
        }
    }

    private static func help(_ words: [String]) throws -> String {
        guard case .help(let text) = try APICommandLine(words, read: { _ in "" }).wish else {
            Issue.record("\(words) is no wish for help")
            return ""
        }
        return text
    }
}
