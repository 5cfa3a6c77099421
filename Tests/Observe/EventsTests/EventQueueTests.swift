import Events
import Foundation
import Model
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventQueueTests {
    private static func event(_ number: Int) throws -> TrafficEvent {
        TrafficEvent(
            of: ResourceID("ac_2test"),
            at: Date(timeIntervalSince1970: Double(number)),
            connection: .init(start: .distantPast)
        )
    }

    private static func numbers(_ batch: EventQueue.Batch?) -> [Int]? {
        batch?.events.map { Int($0.time.timeIntervalSince1970) }
    }

    @Test func `Events come in the order in which they happened`() async throws {
        let queue = EventQueue()
        for number in 0..<5 { queue.record(try Self.event(number)) }
        #expect(await Self.numbers(queue.batch()) == [0, 1, 2, 3, 4])
    }

    @Test func `Who waits gets the next event`() async throws {
        let queue = EventQueue()
        async let batch = queue.batch()
        queue.record(try Self.event(1))
        #expect(await Self.numbers(batch) == [1])
    }

    @Test func `What has no room is dropped and counted, and there is room again afterwards`() async throws {
        let queue = EventQueue(limit: 3)
        for number in 0..<10 { queue.record(try Self.event(number)) }
        let full = try #require(await queue.batch())
        #expect(Self.numbers(full) == [0, 1, 2] && full.dropped == 7)
        queue.record(try Self.event(10))
        let next = try #require(await queue.batch())
        #expect(Self.numbers(next) == [10] && next.dropped == 0)
    }

    @Test func `A queue that is closed gives what is left, and ends`() async throws {
        let queue = EventQueue()
        queue.record(try Self.event(1))
        queue.close()
        queue.record(try Self.event(2))
        #expect(await Self.numbers(queue.batch()) == [1])
        #expect(await Self.numbers(queue.batch()) == nil)
    }

    @Test func `Nothing is lost between many who record and one who takes`() async throws {
        let queue = EventQueue(limit: 100)
        let total = try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for number in 0..<2_000 { queue.record(try Self.event(number)) } }
            }
            let taker = Task {
                var count = 0
                while let batch = await queue.batch() { count += batch.events.count + batch.dropped }
                return count
            }
            try await group.waitForAll()
            queue.close()
            return await taker.value
        }
        #expect(total == 8_000)
    }
}
