internal import Foundation
internal import JSON
internal import Model

/// Sends events to a data collection rule of Azure Monitor (Logs Ingestion API), as an application of their owner's tenant.
actor AzureLogsSender: EventSender {
    struct Target: Sendable {
        var tenant: String
        var client: String
        var secret: Secret
        /// Of the data collection endpoint.
        var uri: String
        var rule: String
        var stream: String

        init(tenant: String, client: String, secret: Secret, uri: String, rule: String, stream: String) {
            self.tenant = tenant
            self.client = client
            self.secret = secret
            self.uri = uri
            self.rule = rule
            self.stream = stream
        }
    }

    /// A token is used no longer than until so many seconds before its end.
    private static let margin: TimeInterval = 120

    private let target: Target
    private let account: ResourceID<AccountKind>
    private let transport: any EventTransport
    private let now: @Sendable () -> Date
    private var token: (text: Secret, end: Date)?

    init(
        _ target: Target,
        account: ResourceID<AccountKind>,
        transport: any EventTransport,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.target = target
        self.account = account
        self.transport = transport
        self.now = now
    }

    func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        let token = try await self.validToken()
        let base = self.target.uri.hasSuffix("/") ? String(self.target.uri.dropLast()) : self.target.uri
        let path = "dataCollectionRules/\(Self.escaped(self.target.rule))/streams/\(Self.escaped(self.target.stream))"
        let answer = try await self.transport.post(
            EventPost(
                url: "\(base)/\(path)?api-version=2023-01-01",
                fields: [
                    ("authorization", "Bearer \(token.reveal())"), ("content-type", "application/json"),
                    ("user-agent", "portico-events"),
                ],
                body: Array("[\(events.map(Self.record).joined(separator: ","))]".utf8),
                account: self.account
            )
        )
        // It may have been taken back.
        if answer.status == 401 { self.token = nil }
        try answer.check("Azure")
    }

    /// The event with the member by which Azure knows its time.
    static func record(_ event: SpooledEvent) -> String {
        "{\"TimeGenerated\":\"\(event.time.formatted(Self.style))\",\(event.line.dropFirst())"
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private func validToken() async throws(DeliveryError) -> Secret {
        if let token, token.end > self.now() { return token.text }
        let form = [
            ("client_id", self.target.client), ("client_secret", self.target.secret.reveal()),
            ("grant_type", "client_credentials"), ("scope", "https://monitor.azure.com/.default"),
        ]
        let answer = try await self.transport.post(
            EventPost(
                url: "https://login.microsoftonline.com/\(Self.escaped(self.target.tenant))/oauth2/v2.0/token",
                fields: [("content-type", "application/x-www-form-urlencoded"), ("user-agent", "portico-events")],
                body: Array(form.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&").utf8),
                account: self.account
            )
        )
        let object = (try? JSONValue(reading: answer.bytes))?.object
        guard answer.status == 200, let text = object?["access_token"]?.string else {
            // What is wrong with the application may be mended: the events wait.
            let reason = object?["error"]?.string.map { ": \($0.prefix(100))" } ?? ""
            throw .failed("Azure gives no token, and answered \(answer.status)\(reason)")
        }
        let seconds = TimeInterval(object?["expires_in"]?.integer ?? 0)
        let token = Secret(text)
        self.token = (token, self.now().addingTimeInterval(seconds - Self.margin))
        return token
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}
