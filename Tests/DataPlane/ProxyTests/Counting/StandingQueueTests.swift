import TestSupport
import Testing

@testable import Proxy

@Suite struct StandingQueueTests {
    /// A loop that answers `capacity` requests a second and is offered more, tick by tick; each of its requests is as likely
    /// as the others to be the next that is answered, and gives up after five seconds.
    private struct Model {
        var queue = StandingQueue()
        var waiting: [Int] = []
        var served = 0
        var waits = 0.0
        let capacity: Double
        var random = SeededGenerator(seed: 1)

        mutating func run(seconds: Int, offered: Double, inBursts: Bool) {
            self.served = 0
            self.waits = 0
            for _ in 0..<(seconds * 4) {
                let letIn = (0..<Int(offered / 4)).filter { _ in
                    Double.random(in: 0..<1, using: &self.random) >= self.queue.probability
                }
                self.waiting = self.waiting.map { $0 + 1 }.filter { $0 <= 20 } + letIn.map { _ in 0 }
                let burst = inBursts ? [0.2, 0.6, 1, 1.4, 1.8][Int.random(in: 0..<5, using: &self.random)] : 1
                let able = Int(self.capacity / 4 * burst)
                self.waiting.shuffle(using: &self.random)
                let answered = min(self.waiting.count, able)
                self.waiting.removeLast(answered)
                self.served += answered
                self.waits += Double(self.waiting.count) / self.capacity
                self.queue.noteTick(
                    seconds: 0.25,
                    busy: Double(answered) / Double(max(able, 1)),
                    waiting: self.waiting.count,
                    answered: answered,
                    wanted: 0.1
                )
            }
        }
    }

    @Test(arguments: [300, 600, 5_000], [1.5, 3, 10])
    func `Whatever is offered, nearly as much is served as can be, and nobody waits long`(
        capacity: Double,
        times: Double
    ) {
        for inBursts in [false, true] {
            var model = Model(capacity: capacity)
            model.run(seconds: 10, offered: times * capacity, inBursts: inBursts)
            model.run(seconds: 60, offered: times * capacity, inBursts: inBursts)
            // In bursts it has nothing to do now and then, with so short a queue.
            #expect(Double(model.served) / 60 >= (inBursts ? 0.75 : 0.9) * capacity)
            #expect(model.waits / 240 < 0.75)
            model.run(seconds: 5, offered: capacity / 4, inBursts: false)
            #expect(model.queue.probability == 0)
            #expect(model.waiting.isEmpty)
        }
    }

    @Test func `A loop with time to spare refuses nothing, however many wait for their upstreams`() {
        var queue = StandingQueue()
        for _ in 0..<100 { queue.noteTick(seconds: 0.25, busy: 0.8, waiting: 10_000, answered: 1, wanted: 0.1) }
        for _ in 0..<100 { queue.noteTick(seconds: 0.25, busy: nil, waiting: 10_000, answered: 1, wanted: 0.1) }
        #expect(queue.probability == 0)
    }

    @Test func `A handful is no queue, and never are all refused`() {
        var queue = StandingQueue()
        for _ in 0..<100 { queue.noteTick(seconds: 0.25, busy: 1, waiting: 16, answered: 0, wanted: 0.1) }
        #expect(queue.probability == 0)
        for _ in 0..<100 { queue.noteTick(seconds: 0.25, busy: 1, waiting: 1000, answered: 0, wanted: 0.1) }
        #expect(queue.probability == 0.98)
    }

    @Test func `A burst of less than a second is worked off`() {
        var queue = StandingQueue()
        for _ in 0..<3 { queue.noteTick(seconds: 0.25, busy: 1, waiting: 300, answered: 50, wanted: 0.1) }
        #expect(!queue.isActive && queue.delay > 1)
    }
}
