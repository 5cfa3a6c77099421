import Model
import Telemetry
import Testing

@testable import Dashboard

@Suite struct HistoryTests {
    private let one = ResourceID<AccountKind>.random()
    private let two = ResourceID<AccountKind>.random()

    private func family(_ samples: [(String, String, Double)]) -> [MetricFamily] {
        [
            MetricFamily(
                "portico_requests_total",
                .counter,
                "",
                samples.map {
                    .init(labels: [.init("endpoint", $0.0), .init("method", "GET"), .init("code", $0.1)], $0.2)
                }
            )
        ]
    }

    @Test func `What the edge counts becomes what came since, for whom it is`() async {
        let history = TrafficHistory()
        let owners = ["https://a": self.one, "https://b": self.two]
        let first = self.family([("https://a", "200", 10), ("https://b", "200", 5), ("https://c", "200", 9)])
        await history.take(TrafficHistory.totals(first), owners)
        let second = self.family([
            ("https://a", "200", 14), ("https://a", "502", 2), ("https://a", "none", 1), ("https://b", "200", 5),
        ])
        await history.take(TrafficHistory.totals(second), owners)
        #expect(await history.newest(of: self.one) == ["https://a": .init(requests: 7, failed: 3)])
        #expect(await history.newest(of: self.two) == ["https://b": .init(requests: 0, failed: 0)])
        let steps = await history.steps(of: self.one, .hour)
        #expect(steps.count == 180)
        #expect(steps.last == .init(requests: 17, failed: 3))
    }

    @Test func `An endpoint that came back begins anew`() async {
        let history = TrafficHistory()
        let owners = ["https://a": self.one]
        await history.take(TrafficHistory.totals(self.family([("https://a", "200", 100)])), owners)
        await history.take(TrafficHistory.totals(self.family([("https://a", "200", 4)])), owners)
        #expect(await history.newest(of: self.one)["https://a"] == .init(requests: 4, failed: 0))
    }

    @Test func `Steps move on when they are full, and the oldest goes`() async {
        let history = TrafficHistory()
        let owners = ["https://a": self.one]
        for count in 1...9 {
            await history.take(TrafficHistory.totals(self.family([("https://a", "200", Double(count))])), owners)
        }
        #expect(await history.steps(of: self.one, .hour).suffix(3).map(\.requests) == [4, 4, 1])
        #expect(await history.steps(of: self.one, .day).last?.requests == 9)
    }

    @Test func `A chart says in words what it shows`() {
        var steps = Array(repeating: TrafficHistory.Step(), count: 180)
        steps[179] = .init(requests: 200, failed: 20)
        let chart = RequestChart(steps, .hour)
        #expect(chart.sentence == "Requests each second over the last 1 h: at most 10, 200 in all, 20 of them failed.")
        #expect(chart.labels == ["10", "7.5", "5", "2.5", "0"])
        #expect(chart.bars.count == 1)
        #expect(chart.path.hasPrefix("M0 176L"))
    }
}
