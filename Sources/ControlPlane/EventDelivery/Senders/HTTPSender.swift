internal import Crypto
package import Foundation
package import Model

/// Posts batches to a URL: a JSON array of events, signed where there is a secret (docs/events.md, "HTTP").
package struct HTTPSender: EventSender {
    let url: String
    let fields: [(name: String, value: String)]
    let secret: Secret?
    let account: ResourceID<AccountKind>
    let transport: any EventTransport
    var now: @Sendable () -> Date = { Date() }

    package init(
        url: String,
        fields: [(name: String, value: String)],
        secret: Secret?,
        account: ResourceID<AccountKind>,
        transport: any EventTransport,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.url = url
        self.fields = fields
        self.secret = secret
        self.account = account
        self.transport = transport
        self.now = now
    }

    package func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        let body = Array("[\(events.map(\.line).joined(separator: ","))]".utf8)
        var fields = self.fields
        fields += [
            ("content-type", "application/json"), ("user-agent", "portico-events"),
            ("portico-events", "\(events.count)"),
        ]
        if let secret { fields.append(("portico-signature", Self.signature(of: body, by: secret, at: self.now()))) }
        let post = EventPost(url: self.url, fields: fields, body: body, account: self.account)
        try await self.transport.post(post).check("The server")
    }

    /// `t=SECONDS,v1=HEX`: HMAC-SHA256 of the seconds, a full stop and the body.
    static func signature(of body: [UInt8], by secret: Secret, at time: Date) -> String {
        let seconds = Int64(time.timeIntervalSince1970)
        var code = HMAC<SHA256>(key: SymmetricKey(data: Array(secret.reveal().utf8)))
        code.update(data: Array("\(seconds).".utf8))
        code.update(data: body)
        let digits = code.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }
        return "t=\(seconds),v1=\(digits.joined())"
    }
}
