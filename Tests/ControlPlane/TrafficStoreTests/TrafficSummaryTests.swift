import Capture
import Foundation
import Model
import Secrets
import Testing

@testable import TrafficStore

@Suite struct TrafficSummaryTests {
    private static func exchange(
        _ number: Int,
        _ seconds: Double,
        status: Int?,
        microseconds: Int64,
        of account: ResourceID<AccountKind> = Samples.account,
        to endpoint: String = "https://shop.example.com"
    ) -> TrafficExchange {
        var exchange = Samples.exchange(number, of: account)
        exchange.facts.time = Samples.time.addingTimeInterval(seconds)
        exchange.facts.endpoint = endpoint
        (exchange.facts.status, exchange.facts.microseconds) = (status, microseconds)
        (exchange.facts.requestBytes, exchange.facts.responseBytes) = (10, 100)
        return exchange
    }

    @Test func `Exchanges are counted in their step, by endpoint, and for their account alone`() async throws {
        let store = try TrafficStore.inMemory(keyring: SealingKeyring(.random()))
        try await store.append([
            Self.exchange(1, -1, status: 200, microseconds: 1), Self.exchange(2, 0, status: 200, microseconds: 999),
            Self.exchange(3, 9.9, status: 500, microseconds: 1000),
            Self.exchange(4, 10, status: nil, microseconds: 5_000_000, to: "https://other.example.com"),
            Self.exchange(5, 100, status: 404, microseconds: 29_999),
            Self.exchange(6, 5, status: 200, microseconds: 1, of: .random()),
        ])
        let summary = try await store.summary(of: Samples.account, since: Samples.time, step: 10, count: 3)
        #expect(summary.steps.map(\.requests) == [2, 1, 1])
        #expect(summary.steps.map(\.failed) == [1, 1, 0])
        #expect(summary.steps[0].durations == [1, 1, 0, 0, 0, 0, 0, 0])
        #expect(summary.steps[1].durations.last == 1 && summary.steps[2].durations[3] == 1)
        #expect(summary.steps[0].requestBytes == 20 && summary.steps[0].responseBytes == 200)
        #expect(summary.endpoints.map(\.url) == ["https://shop.example.com", "https://other.example.com"])
        #expect(summary.endpoints.map(\.count.requests) == [3, 1])
        #expect(!summary.isCut)
    }

    @Test func `The bound of a share is that of the bucket in which it ends`() {
        var count = TrafficSummary.Count()
        #expect(count.bound(perMille: 500) == nil)
        count.requests = 100
        count.durations = [50, 45, 0, 0, 0, 0, 0, 5]
        #expect(count.bound(perMille: 500) == 1000)
        #expect(count.bound(perMille: 950) == 3000)
        #expect(count.bound(perMille: 990) == nil)
    }
}
