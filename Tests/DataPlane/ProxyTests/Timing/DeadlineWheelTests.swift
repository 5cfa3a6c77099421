import TestSupport
import Testing

@testable import Proxy

private final class Clocked: Timed {
    var passed: [UInt64] = []
    var whenPassed: (Clocked) -> Void = { _ in }
    unowned let wheel: DeadlineWheel

    init(_ wheel: DeadlineWheel) {
        self.wheel = wheel
        super.init()
    }

    override func deadlinePassed() {
        self.passed.append(self.wheel.now)
        self.whenPassed(self)
    }
}

@Suite struct DeadlineWheelTests {
    private let wheel = DeadlineWheel()

    private func advance(_ ticks: Int) {
        for _ in 0..<ticks { self.wheel.advance() }
    }

    @Test(arguments: [Int64(0), 1, 250, 251, 10_000, 60_000, 127_500, 128_000, 300_000])
    func `A deadline passes once, at its tick`(milliseconds: Int64) {
        let timed = Clocked(self.wheel)
        self.wheel.set(timed, in: milliseconds)
        self.advance(3000)
        #expect(timed.passed == [1 + UInt64(max(1, (milliseconds + 249) / 250))])
    }

    @Test func `A deadline that moves on is not called at its old time`() {
        let timed = Clocked(self.wheel)
        self.wheel.set(timed, in: 1000)
        self.advance(3)
        self.wheel.set(timed, in: 1000)
        self.advance(3)
        #expect(timed.passed.isEmpty)
        self.advance(1)
        #expect(timed.passed.count == 1)
    }

    @Test func `A deadline that moves closer is called at its new time`() {
        let timed = Clocked(self.wheel)
        self.wheel.set(timed, in: 60_000)
        self.wheel.set(timed, in: 500)
        self.advance(2)
        #expect(timed.passed == [3])
        self.advance(1000)
        #expect(timed.passed == [3])
    }

    @Test func `A cleared or removed deadline never passes, and may be set again`() {
        let cleared = Clocked(self.wheel)
        let removed = Clocked(self.wheel)
        self.wheel.set(cleared, in: 500)
        self.wheel.set(removed, in: 500)
        self.wheel.clear(cleared)
        self.wheel.remove(removed)
        self.advance(1000)
        #expect(cleared.passed.isEmpty && removed.passed.isEmpty)
        self.wheel.set(cleared, in: 250)
        self.wheel.set(removed, in: 250)
        self.advance(1)
        #expect(cleared.passed.count == 1 && removed.passed.count == 1)
    }

    @Test func `A callback may remove, clear and set others of the same tick`() {
        let all = (0..<10).map { _ in Clocked(self.wheel) }
        for timed in all {
            self.wheel.set(timed, in: 250)
            timed.whenPassed = { [wheel] me in
                for other in all where other !== me {
                    wheel.remove(other)
                }
                wheel.set(me, in: 250)
            }
        }
        self.advance(1)
        #expect(all.map(\.passed.count).reduce(0, +) == 1)
        self.advance(1)
        #expect(all.map(\.passed.count).reduce(0, +) == 2)
    }

    @Test(arguments: UInt64(0)..<100)
    func `Whatever is set, moved and removed, each deadline passes at its last time`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let wheel = DeadlineWheel()
        let all = (0..<20).map { _ in Clocked(wheel) }
        var expected = [UInt64?](repeating: nil, count: all.count)
        var counts = [Int](repeating: 0, count: all.count)
        for _ in 0..<2000 {
            let index = Int.random(in: 0..<all.count, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let ticks = Int64.random(in: 1...700, using: &random)
                wheel.set(all[index], in: ticks * 250)
                expected[index] = wheel.now + UInt64(ticks)
            case 4:
                wheel.clear(all[index])
                expected[index] = nil
            case 5:
                wheel.remove(all[index])
                expected[index] = nil
            default:
                wheel.advance()
                for other in all.indices {
                    let isDue = expected[other] == wheel.now
                    if isDue {
                        counts[other] += 1
                        expected[other] = nil
                    }
                    #expect(all[other].passed.count == counts[other])
                }
            }
        }
    }

    @Test func `A long row of deadlines can be let go`() {
        var wheel: DeadlineWheel? = DeadlineWheel()
        for _ in 0..<200_000 {
            guard let wheel else { return }
            wheel.set(Clocked(wheel), in: 1000)
        }
        wheel = nil
        #expect(wheel == nil)
    }
}
