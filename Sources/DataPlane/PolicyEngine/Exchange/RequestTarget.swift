/// The URL of a request, as policies see and rewrite it: the parts as they stand, and the normalised forms that rules
/// are written for (`spec/expressions.md` 4.8).
///
/// What was received stays as it is for the upstream; normalisation is for reading alone. It makes one spelling of what
/// is one resource, so that a rule on `/admin` also fires on `/%61dmin` and `/x/../admin`: scheme and host in small
/// letters, no default port, no dot segments, escapes of unreserved characters decoded (once), other escapes in
/// capitals. `%2F` stays encoded, repeated slashes stay.
package struct RequestTarget: Sendable, Equatable {
    /// `http` or `https`, as the listener has it, unless a rewrite changed it.
    package var scheme: String
    /// `user:password`; empty where there is none.
    package var userInformation: String
    /// Without the port, in small letters.
    package var host: String
    /// Nil unless the port was spelt out and isn't the scheme's own.
    package var port: UInt16?
    /// As received; empty means `/`.
    package var rawPath: String
    /// As received, without `?`; nil where there is no `?`.
    package var query: String?

    package init(
        scheme: String,
        userInformation: String = "",
        host: String,
        port: UInt16? = nil,
        rawPath: String,
        query: String? = nil
    ) {
        self.scheme = scheme
        self.userInformation = userInformation
        self.host = host
        self.port = port == Self.defaultPort(of: scheme) ? nil : port
        self.rawPath = rawPath
        self.query = query
    }

    static func defaultPort(of scheme: String) -> UInt16? {
        switch scheme {
        case "http": 80
        case "https": 443
        default: nil
        }
    }
}

extension RequestTarget {
    /// The normalised path; begins with `/`, but for `OPTIONS *`.
    package var path: String { PathNormalizer.normalize(self.rawPath) }

    /// `[user:password@]host[:port]`.
    package var authority: String {
        let user = self.userInformation.isEmpty ? "" : self.userInformation + "@"
        return user + self.hostAndPort
    }

    /// `host[:port]`, as a `Host` field has it.
    package var hostAndPort: String { self.port.map { "\(self.host):\($0)" } ?? self.host }

    /// Normalised path and query: `/path?query`.
    package var uri: String { self.query.map { "\(self.path)?\($0)" } ?? self.path }

    /// Path and query as they go upstream.
    package var rawURI: String {
        let path = self.rawPath.isEmpty ? "/" : self.rawPath
        return self.query.map { "\(path)?\($0)" } ?? path
    }

    /// The normalised URL; what `redirect` and `url-rewrite` match.
    package var url: String { "\(self.scheme)://\(self.authority)\(self.uri)" }

    /// The URL as received.
    package var rawURL: String { "\(self.scheme)://\(self.authority)\(self.rawURI)" }
}
