import ArgumentParser
import EdgeProgram
import Foundation
import Model
import Settings

struct CertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "List and revoke the certificates that the edge has obtained for domains.",
        discussion: """
            Examples:
              portico-edge certificate list
              portico-edge certificate revoke cert_2bL9rQ4sT8uV1wX3yZ5a6cD7eF8 --reason key-compromise
            """,
        subcommands: [List.self, Revoke.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the certificates, the newest first: id, end, names, issuer, serial number."
        )

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            for line in try await self.options.certificates().lines() { Terminal.say(line) }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Have a certificate revoked by its authority. The edge obtains another, and serves this until then.",
            usage:
                "portico-edge certificate revoke <id> [--reason <reason>] [--config <config>] [<--setting value> ...]"
        )

        @Option(help: "Why.")
        var reason = IssuedCertificates.Reason.unspecified

        @OptionGroup
        var options: ConfigurationOptions

        /// The id is told from the settings by its form: the parser gives whatever it doesn't know as one list.
        private var id: String? { self.options.settings.first { $0.hasPrefix("cert_") } }

        func validate() throws {
            guard self.id == nil else { return }
            throw ValidationError(
                "The id of a certificate is missing: cert_…, as 'portico-edge certificate list' shows it"
            )
        }

        func run() async throws {
            guard let id else { return }
            var options = self.options
            options.settings.removeAll { $0 == id }
            let domain = try await options.certificates().revoke(id, because: self.reason)
            Terminal.say("\(id) of \(domain) will be revoked by the edge that serves, and replaced")
        }
    }
}

extension IssuedCertificates.Reason: ExpressibleByArgument {}

extension ConfigurationOptions {
    fileprivate func certificates() async throws -> IssuedCertificates {
        try await IssuedCertificates(StoreLocation(try self.load().configuration))
    }
}
