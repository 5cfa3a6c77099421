/// How the API listens and what one caller may take.
package struct APIServerConfiguration: Sendable {
    /// An address literal.
    package var host: String
    /// 0 for any free one.
    package var port: Int
    /// Whether calls come over TLS, with this certificate; nil for plain HTTP.
    package var certificate: APICertificate?
    /// What every address in an answer begins with, without a slash at its end; nil for what the request asked for.
    package var publicURL: String?

    /// The size of a request's body, in bytes. More: 413.
    package var bodyLimit = 1 << 20
    /// From a request's head to the end of its body. Then: 400.
    package var bodyTimeout: Duration = .seconds(30)
    /// Without a byte in either direction. Then: closed.
    package var idleTimeout: Duration = .seconds(60)
    /// Connections at the same time; more wait to be accepted.
    package var connectionLimit = 1000
    /// Calls of one account within a minute. More: 429.
    package var callsPerMinute = 1200
    /// Calls from one address within a minute that carry no good API key. More: 429, whatever they carry.
    package var failuresPerMinute = 30

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
