import Capture
import Foundation
import Model
import Testing

@Suite struct CaptureQueueTests {
    private static let account = ResourceID<AccountKind>.random()

    private static func exchanges(_ count: Int, of account: ResourceID<AccountKind> = Self.account)
        -> [TrafficExchange]
    {
        (0..<count).map { number in
            TrafficExchange(
                facts: TrafficFacts(
                    id: "req_\(number)",
                    account: account,
                    endpointID: .random(),
                    endpoint: "https://a.example",
                    time: Date(timeIntervalSince1970: 0)
                )
            )
        }
    }

    @Test func `What does not fit is left out and counted, by number and by bytes`() async {
        let queue = CaptureQueue(mostExchanges: 10, mostBytes: 1000)
        queue.offer(Self.exchanges(6), bytes: 600, overBudget: 3, reduced: 2)
        queue.offer(Self.exchanges(5), bytes: 1)
        queue.offer(Self.exchanges(1), bytes: 401)
        queue.offer([], bytes: 0, overBudget: 4)
        #expect(queue.totals.captured == 6)
        #expect(queue.totals.overflowed == 6)
        #expect(queue.totals.overBudget == 7)
        #expect(queue.totals.reduced == 2)
        #expect(queue.totals.dropped == 13)
        #expect(await queue.batch()?.exchanges.count == 6)
        queue.offer(Self.exchanges(10), bytes: 1000)
        #expect(await queue.batch()?.exchanges.count == 10)
        queue.noteUnstored(10)
        #expect(queue.totals.dropped == 23)
    }

    @Test func `Who waits is woken, and the end comes behind what is left`() async {
        let queue = CaptureQueue()
        async let first = queue.batch()
        queue.offer(Self.exchanges(1), bytes: 1)
        #expect(await first?.exchanges.count == 1)
        queue.offer(Self.exchanges(2), bytes: 2)
        queue.close()
        queue.offer(Self.exchanges(1), bytes: 1)
        #expect(await queue.batch()?.exchanges.count == 2)
        #expect(await queue.batch() == nil)
    }

    @Test func `A watcher sees its own account, and one who is slow misses the oldest`() async throws {
        let tail = TrafficTail()
        let stream = try #require(tail.watch(Self.account))
        tail.tell(Self.exchanges(1, of: .random()) + Self.exchanges(TrafficTail.longestWait + 5))
        #expect(tail.missed == 5)
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next()?.id == "req_5")
    }

    @Test func `Watchers are bounded, and make room when they end`() throws {
        let tail = TrafficTail()
        var streams = (0..<TrafficTail.mostWatchersOfAccount).map { _ in tail.watch(Self.account) }
        #expect(streams.allSatisfy { $0 != nil })
        #expect(tail.watch(Self.account) == nil)
        #expect(tail.watch(.random()) != nil)
        streams.removeAll()
        #expect(tail.watch(Self.account) != nil)
    }
}
