import APIClient
import AgentRuntime
import ArgumentParser
import Foundation
import Model
import TestSupport
import Testing

@testable import PorticoCLI

/// Every example in `--help` and in docs/agent.md: read by the parser of the program, and run where it needs no edge.
struct ExamplesTests {
    /// What runs on this machine alone.
    private static let runnable: Set<String> = [
        "config", "import", "policy", "completion", "version", "update", "credits", "authtoken",
    ]

    /// All commands, by their words.
    private static let commands: [(path: [String], configuration: CommandConfiguration)] = {
        func below(_ command: any ParsableCommand.Type, _ path: [String]) -> [([String], CommandConfiguration)] {
            let configuration = command.configuration
            let own = path.isEmpty ? [] : [configuration.commandName ?? ""]
            let words = path.isEmpty ? ["portico"] : path + own
            return [(words, configuration)] + configuration.subcommands.flatMap { below($0, words) }
        }
        return below(RootCommand.self, []).map { (path: $0.0, configuration: $0.1) }
    }()

    private static func examples(in text: String) -> [String] {
        // A line that ends in a backslash goes on in the next.
        let lines = text.replacing(#/\\\n */#, with: "").split(separator: "\n").map { $0.drop { $0 == " " } }
        return lines.filter { $0.hasPrefix("portico ") }.map(String.init)
    }

    /// The words of a line, as a shell splits it.
    private static func words(of line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        for character in line {
            switch character {
            case quote: quote = nil
            case "'" where quote == nil, "\"" where quote == nil: quote = character
            case " " where quote == nil:
                words.append(word)
                word = ""
            default: word.append(character)
            }
        }
        return (words + [word]).filter { !$0.isEmpty }
    }

    /// Lines of the blocks of shell in the page.
    private static let documented: [String] = {
        let path = SharedMaterial.packageRoot.appending(path: "docs/agent.md")
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
        return text.split(separator: "```sh\n").dropFirst().flatMap { block in
            Self.examples(in: String(block.split(separator: "```").first ?? ""))
        }
    }()

    static let all: [String] = Array(
        Set(Self.commands.flatMap { Self.examples(in: $0.configuration.discussion) } + Self.documented)
    ).sorted()

    @Test func `Every command has an example`() {
        for (path, configuration) in Self.commands {
            #expect(
                Self.examples(in: configuration.discussion).contains { $0.hasPrefix(path.joined(separator: " ")) },
                "\(path.joined(separator: " "))"
            )
        }
        #expect(Self.documented.count >= 15)
    }

    /// Help is folded at 80 columns, and who copies an example would copy the fold.
    @Test func `An example in help is a line of a terminal`() {
        for (path, configuration) in Self.commands {
            let lines = configuration.discussion.split(separator: "\n").map { $0.drop { $0 == " " } }
            for line in lines where line.hasPrefix("portico ") {
                #expect(line.count <= 78, "\(path.joined(separator: " ")): \(line)")
            }
        }
    }

    @Test(arguments: Self.all) func `An example is understood`(example: String) throws {
        let words = Array(Self.words(of: example).dropFirst())
        if words.first == "api" {
            let line = try APICommandLine(Array(words.dropFirst()), program: "portico") { (_) throws(Failure) in "{}" }
            _ = line
            return
        }
        let line = CommandLineArguments(words, booleans: EndpointFlagOptions.booleans)
        _ = try RootCommand.parseAsRoot(line.normalized)
    }

    @Test func `Examples that need no edge do what they say`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "portico-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: "bin"), withIntermediateDirectories: true)
        let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "portico")
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "bin/portico"),
            withDestinationURL: program
        )
        try FileManager.default.createDirectory(
            at: folder.appending(path: "policies"),
            withIntermediateDirectories: false
        )
        for (name, text) in try Self.files + Self.policies() {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        let examples = Self.all.filter { example in
            Self.runnable.contains(example.split(separator: " ").dropFirst().first.map(String.init) ?? "")
        }
        // One shell for all, each in a folder of its own.
        let script = examples.map { example in
            // The one that brings a file home must find none there; for the others there is one.
            let home = example.hasSuffix("--relocate") ? "elsewhere" : "home"
            // Nothing that ends a quote or a pattern.
            let label = example.prefix(60).filter { $0.isLetter || $0.isNumber || " -./".contains($0) }
            return """
                ( rm -rf run && mkdir run && cp -r *.* policies run; cd run; export HOME=$PWD/home
                  mkdir -p \(home)/.config/portico && cp ngrok.yml \(home)/.config/portico/portico.yml
                  \(example) >out 2>&1 || { echo "FAILED: $?"; cat out; } ) | sed 's|^|\(label): |'
                """
        }
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "unset CDPATH\n" + script.joined(separator: "\n")]
        shell.currentDirectoryURL = folder
        shell.environment = [
            "PATH": "\(folder.path)/bin:/usr/bin:/bin", "HOME": folder.appending(path: "home").path, "EDITOR": "true",
            "SHELL": "/bin/bash",
        ]
        let output = Pipe()
        shell.standardOutput = output
        shell.standardError = output
        try shell.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(text.isEmpty, "\(text)")
        #expect(shell.terminationStatus == 0)
        #expect(examples.count >= 15)
    }

    /// What the examples speak of.
    private static let files: [(name: String, text: String)] = [
        ("portico.yml", "version: 3\nendpoints:\n  - {name: web, upstream: {url: 8080}}\n"),
        ("ngrok.yml", "version: 2\ntunnels:\n  web: {proto: http, addr: 8080}\n"),
        ("config.yml", "ingress:\n  - hostname: a.example.com\n    service: http://localhost:80\n"),
        ("frpc.toml", "[[proxies]]\nname = \"ssh\"\ntype = \"tcp\"\nlocalPort = 22\n"),
        ("request.json", "{\"req\": {\"method\": \"GET\"}}"), ("names.json", "{\"name\": \"Ada\"}"),
        ("times.json", "{\"now\": \"2031-01-01T00:00:00Z\"}"),
    ]

    /// A policy and its cases, as docs/policy-tools.md has them, under the names that examples use.
    private static func policies() throws -> [(name: String, text: String)] {
        let page = SharedMaterial.packageRoot.appending(path: "docs/policy-tools.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return try ["yaml", "test.yaml"].flatMap { ending in
            let block = try #require(text.split(separator: "```yaml\n").first { $0.hasPrefix("# gateway.\(ending)\n") })
            let policy = String(block.split(separator: "```").first ?? "")
            return ["gateway", "policy", "shop", "blog", "policies/a"].map { ("\($0).\(ending)", policy) }
        }
    }
}
