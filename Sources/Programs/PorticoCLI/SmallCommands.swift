import ArgumentParser
import Foundation
import Model

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Prints a script that completes commands and flags in a shell.",
        discussion: """
            Examples:
              portico completion bash
              portico completion zsh
            """
    )

    @Argument(help: "bash, zsh or fish. Without it, the shell that SHELL names.")
    var shell: String?
    @OptionGroup(visibility: .hidden)
    var files: FileFlagOptions

    func run() throws {
        let named = self.shell.map(CompletionShell.init(rawValue:)) ?? CompletionShell.autodetected()
        guard let shell = named else {
            throw Failure(.usage, "There is no completion for \(self.shell ?? "this shell"); give bash, zsh or fish")
        }
        print(RootCommand.completionScript(for: shell))
    }
}

struct CreditsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credits",
        abstract: "Names what this program is built with, and under which licences.",
        discussion: """
            Example:
              portico credits
            """
    )

    @OptionGroup(visibility: .hidden)
    var files: FileFlagOptions

    func run() {
        print(
            """
            Portico is built with these; their licences come with their sources.

            Apache License 2.0   Swift and its standard library, SwiftNIO with its SSL and HTTP parts, Swift Argument
                                 Parser, Swift Collections, Swift Crypto, Swift Certificates, Swift ASN.1, Swift Log,
                                 Swift Metrics, Swift Service Lifecycle, Swift HTTP Types, Hummingbird
            MIT License          Yams (with libyaml), TOMLKit (with toml++), llhttp
            BSD 3-Clause         RE2
            BoringSSL            OpenSSL, SSLeay and ISC licences
            zlib, MIT            zlib, Brotli; Zstandard under BSD 3-Clause
            Apache License 2.0   libmaxminddb
            """
        )
    }
}
