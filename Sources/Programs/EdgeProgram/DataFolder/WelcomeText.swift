import Addressing
import Model
import Settings

/// What `portico-edge init` says at its end: what was made, and what to do next.
package struct WelcomeText {
    private let configuration: EdgeProgramConfiguration
    private let folder: NewDataFolder
    private let tokenFile: TokenFile?
    private let serveArguments: [String]

    /// - Parameters:
    ///   - configuration: of the edge that was set up.
    ///   - folder: what was made.
    ///   - tokenFile: where the authtoken was written; nil when it is shown here.
    ///   - serveArguments: what `serve` must be told to find the same configuration.
    package init(
        _ configuration: EdgeProgramConfiguration,
        _ folder: NewDataFolder,
        tokenFile: TokenFile?,
        serveArguments: [String]
    ) {
        self.configuration = configuration
        self.folder = folder
        self.tokenFile = tokenFile
        self.serveArguments = serveArguments
    }

    package var text: String {
        let authority = Self.shell(self.folder.authorityFile)
        let serve = (["portico-edge", "serve"] + self.serveArguments).map(Self.shell).joined(separator: " ")
        return """
            The edge for \(self.configuration.baseDomain) is set up in \(self.folder.folder.path).

            Authtoken       \(self.tokenLine)
            Authority       \(self.folder.authorityFile)
                            Agents and browsers that shall trust this edge need this file.

            Start the edge:

                \(serve)

            Serve port 3000 of a machine that has the agent and the authority's file:

                portico config add-authtoken \(self.tokenWord)
                portico http 3000 --connect-url \(self.connectAddress) --connect-cas \(authority)
            \(self.dashboardText)\(self.apiText)
            """
    }

    /// How the first person comes in to the dashboard; empty where nothing listens for it.
    private var dashboardText: String {
        guard let origin = self.configuration.dashboardOrigin else { return "" }
        let link = (["portico-edge", "user", "link"] + self.serveArguments).map(Self.shell).joined(separator: " ")
        return """

            Look at it in a browser, once the edge runs. This link sets the first password; it works once, within three days:

                \(origin)\(self.folder.doorPath.reveal())

            Another one: \(link)

            """
    }

    /// How the REST API is used; empty where nothing listens for it.
    private var apiText: String {
        guard let address = self.configuration.listeners.api.first(where: { $0.port != 0 }) else { return "" }
        let url =
            self.configuration.published.apiURL?.description
            ?? "\(address.isLoopback ? "http" : "https")://\(address.urlHost):\(address.port)"
        let create = (["portico-edge", "api-key", "create"] + self.serveArguments).map(Self.shell)
            .joined(separator: " ")
        return """

            Configure it by the REST API at \(url), with a key that this makes:

                \(create)

            """
    }

    private var tokenLine: String {
        if let file = self.tokenFile { return "is in \(file.path)" }
        return
            "\(self.folder.authtoken.reveal())\n                It is shown this once; 'portico-edge token create' makes others."
    }

    private var tokenWord: String {
        self.tokenFile.map { "\"$(cat \(Self.shell($0.path)))\"" } ?? self.folder.authtoken.reveal()
    }

    /// Where agents connect: their own port, or the one for HTTPS where they have none.
    private var connectAddress: String {
        let port = self.configuration.listeners.agents.first?.port ?? self.configuration.publicHTTPSPort
        return "\(self.configuration.connectHost):\(port ?? 443)"
    }

    /// A word as a shell reads it back.
    static func shell(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                "-_./:=@%+,".utf8.contains(byte) || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & ~0x20)
            }
        return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
}

extension EdgeProgramConfiguration {
    /// The port in the URLs of `http` endpoints; nil where nothing listens for them.
    var publicHTTPPort: UInt16? { self.published.httpPort ?? self.listeners.http.first?.port }
    /// The same for `https` and `tls` endpoints.
    var publicHTTPSPort: UInt16? { self.published.httpsPort ?? self.listeners.https.first?.port }
}
