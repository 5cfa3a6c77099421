import Addressing
import Capture
import Foundation
import Model
import NIOCore

enum Samples {
    static let account = ResourceID<AccountKind>.random()
    static let endpoint = ResourceID<EndpointKind>.random()
    /// 2026-02-03 04:05:06.
    static let time = Date(timeIntervalSince1970: 1_770_091_506)

    static func exchange(
        _ number: Int = 1,
        of account: ResourceID<AccountKind> = Samples.account,
        at time: Date = Samples.time,
        isFull: Bool = false,
        bodyBytes: Int = 100
    ) -> TrafficExchange {
        var facts = TrafficFacts(
            id: "req_\(number)",
            account: account,
            endpointID: Self.endpoint,
            endpoint: "https://shop.example.com",
            time: time.addingTimeInterval(Double(number) / 2)
        )
        facts.microseconds = 2500
        facts.method = "POST"
        facts.scheme = "https"
        facts.host = "shop.example.com"
        facts.path = "/orders/\(number)"
        facts.query = "page=2"
        facts.userAgent = "test/1"
        facts.status = 503
        facts.errorCode = "ERR_PORTICO_3004"
        facts.client = try? IPAddress(parsing: "192.0.2.7")
        facts.answerer = .upstream
        guard isFull else { return TrafficExchange(facts: facts) }
        let request = CapturedMessage(
            fields: [.init("Host", "shop.example.com"), .init("X-Canary", "canary-in-a-header")],
            body: ByteBuffer(repeating: 0x61, count: bodyBytes)
        )
        return TrafficExchange(facts: facts, detail: TrafficDetail(request: request))
    }
}
