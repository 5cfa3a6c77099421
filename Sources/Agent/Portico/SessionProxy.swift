package import Addressing
import Foundation
import Model

/// A proxy through which the agent reaches its edge, where a network lets nothing else out.
public struct SessionProxy: Sendable {
    /// What is spoken to it.
    public enum Kind: String, Sendable, CaseIterable {
        /// CONNECT of HTTP/1.1.
        case http
        /// The same within TLS; its certificate is looked at with the system's roots.
        case https
        /// SOCKS version 5 (RFC 1928), which also resolves the edge's name.
        case socks5

        var defaultPort: UInt16 {
            switch self {
            case .http: 80
            case .https: 443
            case .socks5: 1080
            }
        }
    }

    public let kind: Kind
    package let address: DialAddress
    let credentials: Credentials?

    struct Credentials: Sendable {
        let user: String
        let password: Secret
    }

    /// Reads `http://`, `https://` or `socks5://`, perhaps `user:password@` in percent-encoding, a host and perhaps a
    /// port.
    ///
    /// - Throws: `.invalidConfiguration`; the text itself, which may hold a password, is not repeated.
    public init(_ text: String) throws(PorticoError) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: parts[0].lowercased()) else {
            throw Self.invalid("The proxy is no URL of http, https or socks5.")
        }
        var rest = parts[1]
        if rest.hasSuffix("/") { rest.removeLast() }
        self.kind = kind
        if let at = rest.lastIndex(of: "@") {
            self.credentials = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        } else {
            self.credentials = nil
        }
        do throws(DialAddressError) {
            self.address = try DialAddress(parsing: String(rest), defaultPort: kind.defaultPort)
        } catch {
            throw Self.invalid("The address of the proxy \(error.problem).")
        }
    }

    private static func credentials(_ text: Substring) throws(PorticoError) -> Credentials {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            .map { $0.removingPercentEncoding ?? "" }
        // What SOCKS can carry; a password of more is a mistake with HTTP too.
        guard let user = parts.first, (1...255).contains(user.utf8.count), !user.contains(":") else {
            throw Self.invalid("The user of the proxy is empty, too long, or badly percent-encoded.")
        }
        let password = parts.count > 1 ? parts[1] : ""
        guard password.utf8.count <= 255, parts.count == 1 || !password.isEmpty else {
            throw Self.invalid("The password of the proxy is empty, too long, or badly percent-encoded.")
        }
        guard !(user + password).unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Self.invalid("The user or password of the proxy has control characters.")
        }
        return Credentials(user: user, password: Secret(password))
    }

    private static func invalid(_ message: String) -> PorticoError {
        PorticoError(.invalidConfiguration, .proxyAddressInvalid, message)
    }
}

extension SessionProxy: CustomStringConvertible {
    /// Without user and password.
    public var description: String { "\(self.kind.rawValue)://\(self.address)" }
}
