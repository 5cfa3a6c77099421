package import Addressing
package import Foundation
package import Model

/// What happened to a visitor's request or connection, as the product's record has it (`spec/observability.md` 2.1).
///
/// Made on an event loop, of what is there already; texts are made of it elsewhere.
package struct TrafficEvent: Sendable {
    /// Whose endpoint it was for; nil where it was for none.
    package let account: ResourceID<AccountKind>?
    /// When it was over.
    package let time: Date
    package var connection: Connection
    /// Nil for the event of a connection itself.
    package var request: Request?
    package var policy: Policy

    package init(
        of account: ResourceID<AccountKind>?,
        at time: Date,
        connection: Connection,
        request: Request? = nil,
        policy: Policy = Policy()
    ) {
        self.account = account
        self.time = time
        self.connection = connection
        self.request = request
        self.policy = policy
    }

    /// `http_request_complete.v0` or `tcp_connection_closed.v0`.
    package var type: String { self.request == nil ? "tcp_connection_closed.v0" : "http_request_complete.v0" }

    /// The event for who shall not read what heads say.
    package var withoutHeads: TrafficEvent {
        var event = self
        event.request?.fields = nil
        event.request?.responseFields = nil
        return event
    }

    package struct Connection: Sendable {
        package var client: IPAddress?
        package var server: NetworkAddress?
        /// The host that it was opened for; empty where it named none.
        package var serverName = ""
        package var start: Date
        /// Bytes from and to the visitor; nil where nobody counts them.
        package var bytesIn: Int?
        package var bytesOut: Int?
        package var ja4Fingerprint = ""
        package var tlsVersion = ""
        package var cipherSuite = ""
        /// Of the certificate that the visitor has shown and that counts: its number in hexadecimal digits, and its common
        /// name. Empty where there is none.
        package var clientSerialNumber = ""
        package var clientCommonName = ""

        package init(start: Date) {
            self.start = start
        }
    }

    package struct Request: Sendable {
        package var method: String
        package var scheme: String
        /// With the port where that is spelt out.
        package var host: String
        /// As received.
        package var path: String
        /// As received, without `?`.
        package var query: String
        package var userAgent = ""
        /// Nil where the connection was closed in an answer's place.
        package var status: Int?
        /// The number of the request, as upstreams and error pages have it; empty where it has none.
        package var id = ""
        /// The URL of the endpoint; empty where there was none.
        package var endpoint = ""
        /// Of the edge's own answer: `ERR_PORTICO_3200`.
        package var errorCode = ""
        /// From its head to the end of its answer; nil where nobody looked.
        package var nanoseconds: UInt64?
        /// As they passed, chunks' own lines included; nil where nobody counted.
        package var bodyBytes: Int?
        package var responseBytes: Int?
        /// Nil where no upstream was asked.
        package var connectionReused: Bool?
        /// The fields of both heads; nil where nobody wants them.
        package var fields: RecordedHead?
        package var responseFields: RecordedHead?
        /// Nil where it is not traced.
        package var span: TraceSpan?

        package init(method: String, scheme: String, host: String, path: String, query: String) {
            self.method = method
            self.scheme = scheme
            self.host = host
            self.path = path
            self.query = query
        }
    }

    /// What the policy did. Decisions are in the words of the record; empty where none was taken.
    package struct Policy: Sendable {
        package var basicAuth = ""
        package var basicAuthUsername = ""
        package var circuitBreaker = ""
        package var compressionAlgorithm = ""
        package var compressionBytesSaved: Int?
        package var ipPolicy = ""
        package var webhookVerification = ""
        /// Of logins, by OAuth as by OpenID Connect; no token is among it.
        package var login = ""
        package var loginApplication = ""
        package var loginUserID = ""
        package var loginUserName = ""
        /// What `log` actions said, each an object as compact JSON.
        package var logs: [String] = []
        /// What had no value, or did not work, without ending the request.
        package var problems: [Problem] = []

        package init() {}
    }

    package struct Problem: Sendable {
        package let phase: String
        /// From 0, in the order of the document.
        package let rule: Int
        /// From 0; nil where it is the rule's expressions that are meant.
        package let action: Int?
        package let message: String

        package init(phase: String, rule: Int, action: Int?, message: String) {
            self.phase = phase
            self.rule = rule
            self.action = action
            self.message = message
        }
    }
}
