import APIClient
import AgentRuntime
import ArgumentParser
import Foundation
import JSON
import Model
import Portico

/// `portico api`: the table of its commands is made of the API's own declarations, so it has a parser of its own.
struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Calls the REST API of an edge.",
        discussion: """
            Examples:
              portico api endpoints list
              portico api --help
            """
    )

    @Argument(parsing: .captureForPassthrough, help: "A group of commands, a command, and its flags.")
    var words: [String] = []

    func run() async throws {
        try await Self.run(self.words)
    }

    /// Words of a command line behind `api`; nil where its command is another. Flags in front of it are its own.
    static func words(of arguments: [String]) -> [String]? {
        let line = CommandLineArguments(arguments, booleans: [])
        guard line.normalized.first == "api", let place = arguments.firstIndex(of: "api") else { return nil }
        return Array(arguments[..<place] + arguments[(place + 1)...])
    }

    /// Runs a command to its end.
    ///
    /// - Throws: `ExitCode` where the API refused; what it said is told then.
    static func run(_ words: [String]) async throws {
        let words = try await Self.withDownloads(words)
        let line = try APICommandLine(words, program: PorticoCLI.name) { (path) throws(Failure) in
            do throws(TextFileError) {
                return try TextFile.read(path, limit: Self.fileBytes)
            } catch {
                throw Failure(.usage, "\(path): \(error.reason)")
            }
        }
        switch line.wish {
        case .help(let text): print(text)
        case .call(let call):
            let answer = try await Self.connection(line.options).send(call)
            Self.show(answer)
            guard answer.isSuccess else { throw ExitCode.failure }
        }
    }

    private static let fileBytes = 1 << 20

    /// With `--traffic-policy-url` replaced by the policy that it names.
    private static func withDownloads(_ words: [String]) async throws -> [String] {
        let flag = "--traffic-policy-url"
        guard let place = words.firstIndex(where: { $0 == flag || $0.hasPrefix("\(flag)=") }) else { return words }
        var words = words
        let url: String
        if words[place] == flag {
            guard words.count > place + 1 else { throw Failure(.usage, "The flag \(flag) needs a value") }
            url = words.remove(at: place + 1)
        } else {
            url = String(words[place].dropFirst(flag.count + 1))
        }
        let policy = try await PolicyText.read(file: nil, url: url)
        words[place] = "--traffic-policy=\(policy?.text ?? "")"
        return words
    }

    /// The API of an edge, by the flags that its commands have.
    static func connection(_ options: [String: [String]]) throws -> APIConnection {
        let environment = ProcessInfo.processInfo.environment
        let location = ConfigurationLocation(flags: options["config"] ?? [], environment: environment)
        let settings = try AgentSettings.load(location, environment: environment)
        guard let key = options["api-key"]?.last.map(Secret.init) ?? settings.apiKey, !key.isEmpty else {
            throw Failure(.apiKeyUnknownHere, "The API needs a key")
        }
        return APIConnection(
            try APIAddress(options["api-url"]?.last ?? settings.apiURL ?? APIAddress.standard),
            key: key,
            authorities: options["api-cas"]?.last ?? settings.apiAuthorities,
            product: "portico/\(Agent.version)"
        )
    }

    /// The status goes to standard error, so that standard output is JSON and nothing else; so does what the API says
    /// is wrong.
    private static func show(_ answer: APIAnswer) {
        PorticoCLI.write("\(answer.status)\n")
        guard let body = answer.body else { return }
        let output = answer.isSuccess ? FileHandle.standardOutput : FileHandle.standardError
        PorticoCLI.write("\(body.lines)\n", to: output)
    }
}
