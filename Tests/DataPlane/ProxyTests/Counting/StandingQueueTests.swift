import Testing

@testable import Proxy

@Suite struct StandingQueueTests {
    /// A loop that answers `capacity` requests a second, and gets `offered`: ticks of a quarter of a second.
    private struct Model {
        var queue = StandingQueue()
        var waiting = 0.0
        var served = 0.0
        let capacity: Double

        mutating func run(seconds: Int, offered: Double) {
            self.served = 0
            for _ in 0..<(seconds * 4) {
                self.waiting += offered / 4 * (1 - self.queue.probability)
                let answered = min(self.waiting, self.capacity / 4)
                self.waiting -= answered
                self.served += answered
                let busy = answered / (self.capacity / 4)
                self.queue.noteTick(
                    seconds: 0.25,
                    busy: busy,
                    waiting: Int(self.waiting),
                    answered: Int(answered),
                    wanted: 0.25
                )
            }
            self.served /= Double(seconds)
        }
    }

    @Test(arguments: [200, 500, 5_000, 40_000], [1.2, 2, 3, 10])
    func `Whatever is offered, nearly as much is served as can be, and nobody waits long`(
        capacity: Double,
        times: Double
    ) {
        var model = Model(capacity: capacity)
        model.run(seconds: 10, offered: times * capacity)
        model.run(seconds: 20, offered: times * capacity)
        #expect(model.served >= 0.9 * capacity)
        #expect(model.waiting / capacity < 1)
        model.run(seconds: 3, offered: capacity / 2)
        #expect(model.queue.probability == 0)
        #expect(model.waiting < 1)
    }

    @Test func `A loop with time to spare refuses nothing, however many wait for their upstreams`() {
        var queue = StandingQueue()
        for _ in 0..<100 { queue.noteTick(seconds: 0.25, busy: 0.8, waiting: 10_000, answered: 1, wanted: 0.25) }
        for _ in 0..<100 { queue.noteTick(seconds: 0.25, busy: nil, waiting: 10_000, answered: 1, wanted: 0.25) }
        #expect(queue.probability == 0)
    }

    @Test func `A handful is no queue, and never are all refused`() {
        var queue = StandingQueue()
        for _ in 0..<100 { queue.noteTick(seconds: 0.25, busy: 1, waiting: 32, answered: 0, wanted: 0.25) }
        #expect(queue.probability == 0)
        for _ in 0..<100 { queue.noteTick(seconds: 0.25, busy: 1, waiting: 1000, answered: 0, wanted: 0.25) }
        #expect(queue.probability == 0.98)
    }
}
