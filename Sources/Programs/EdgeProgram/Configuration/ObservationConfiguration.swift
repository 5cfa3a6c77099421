package import Model
import Settings

/// Where a line for each request goes.
package struct AccessLogConfiguration: Sendable {
    package enum Destination: Sendable, Equatable {
        case output
        case file(String)
    }

    /// nil for none.
    package let destination: Destination?
    package let fileBytes: Int
    package let files: Int

    init(from settings: SettingsReader) {
        let path = settings.optional(
            "to",
            .path,
            absent: "nowhere",
            """
            `stdout`, or the path of a file: each request of a visitor, and each connection to a TCP or TLS endpoint, is \
            written there as an event in JSON on a line of its own when it is over (`docs/access-log.md`).
            """
        )
        self.destination = path.map { $0 == "stdout" ? .output : .file($0) }
        self.fileBytes = settings.value(
            "file_bytes",
            .bytes(in: 4096...1 << 40),
            default: 100 << 20,
            "A file that has grown so large is put aside under its name with `.1`, and a new one begun."
        )
        self.files = settings.value(
            "files",
            .integer(in: 0...1000, of: "files"),
            default: 5,
            "How many are kept so, the oldest with the highest number."
        )
    }
}

/// Which requests are traced, and who is told.
package struct TracingConfiguration: Sendable {
    /// nil for nobody.
    package let collector: WebOrigin?
    package let authorization: Secret?
    package let authorities: String?
    package let perMille: Int
    package let followsVisitors: Bool
    package let serviceName: String
    package let passesRequestIDs: Bool

    init(from settings: SettingsReader) {
        self.collector = settings.optional(
            "collector",
            .webOrigin,
            absent: "none",
            "A collector of OpenTelemetry, such as `http://127.0.0.1:4318`: it gets spans by OTLP over HTTP, at `/v1/traces`."
        )
        self.authorization = settings.optional(
            "authorization",
            .secret(),
            absent: "none",
            "What the collector is sent as the field `Authorization`, such as `Bearer …`."
        )
        self.authorities = settings.optional(
            "authorities",
            .path,
            absent: "those of the system",
            "A file of certificates in PEM: the authorities that the collector's certificate may come from."
        )
        self.perMille = settings.value(
            "per_mille",
            .integer(in: 0...1000, of: "requests"),
            default: 10,
            "Of a thousand requests, so many are traced, drawn by chance."
        )
        self.followsVisitors = settings.value(
            "follow_visitors",
            .bool,
            default: false,
            """
            Whether a `traceparent` that comes with a request decides whether it is traced. Whoever may send requests may \
            then have all of them traced.
            """
        )
        self.serviceName = settings.value(
            "service_name",
            .text(maxBytes: 128),
            default: "portico-edge",
            "The name of this edge in traces."
        )
        self.passesRequestIDs = settings.value(
            "request_ids",
            .bool,
            default: false,
            "Whether upstreams are told a number for each request, as `X-Request-Id`, where the visitor gives none."
        )
    }
}
