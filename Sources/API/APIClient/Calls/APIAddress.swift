internal import Addressing
package import Model

/// Where the REST API of an edge is: `https://api.example.com`, or `http://127.0.0.1:4042` on the edge's own machine.
package struct APIAddress: Sendable, Equatable, CustomStringConvertible {
    /// Where an edge listens unless it is told.
    package static let standard = "http://127.0.0.1:4042"

    package let description: String
    let isSecure: Bool
    /// A host name, or an address without brackets.
    let host: String
    let port: Int
    /// As it stands in a Host field.
    let authority: String
    let isAddress: Bool

    /// - Throws: `usage` where `text` is no such URL, and for plain HTTP to another machine: the key would travel in the
    ///   clear.
    package init(_ text: String) throws(Failure) {
        let schemes = [("https://", UInt16(443)), ("http://", 80)]
        guard let (scheme, port) = schemes.first(where: { text.hasPrefix($0.0) }) else {
            throw Self.wrong(text, "it begins with neither https:// nor http://")
        }
        let rest = text.dropFirst(scheme.count)
        let address: DialAddress
        do {
            address = try DialAddress(parsing: rest.hasSuffix("/") ? rest.dropLast() : rest, defaultPort: port)
        } catch {
            throw Self.wrong(text, "behind the scheme there must be a host, and a port where it is another")
        }
        self.isSecure = scheme == "https://"
        self.host = address.host.description
        self.port = Int(address.port)
        self.authority = address.host.urlText + (address.port == port ? "" : ":\(address.port)")
        self.description = scheme + self.authority
        switch address.host {
        case .name(let name):
            self.isAddress = false
            guard self.isSecure || name == "localhost" || name.hasSuffix(".localhost") else { throw Self.plain(text) }
        case .address(let ip):
            self.isAddress = true
            guard self.isSecure || ip.isLoopback else { throw Self.plain(text) }
        }
    }

    private static func wrong(_ text: String, _ reason: String) -> Failure {
        Failure(.usage, "\"\(text.prefix(100))\" is no address of an API: \(reason)")
    }

    private static func plain(_ text: String) -> Failure {
        Self.wrong(text, "the API key would go to another machine in the clear; use https://")
    }
}
