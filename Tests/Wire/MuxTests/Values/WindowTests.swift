@testable import Mux
import NIOCore
import TestSupport
import Testing

struct SendWindowTests {
    @Test func `A window gives what it holds and no more`() throws {
        var window = SendWindow()
        var taken = [262_000, 1000, 1].map { window.take(upTo: $0) }
        try window.add(8192)
        taken.append(window.take(upTo: 10_000))
        #expect(taken == [262_000, 144, 0, 8192])
    }

    @Test func `Credit fills a window up to 2^31-1 and not beyond`() throws {
        var window = SendWindow()
        try window.add(SendWindow.limit - SendWindow.initial)
        #expect(window.available == 0x7FFF_FFFF)
        #expect(throws: MuxError.windowOverflow) { try window.add(1) }
        #expect(window.available == 0x7FFF_FFFF)
    }
}

struct ReceiveWindowTests {
    @Test func `Credit is sent for half a window at once`() throws {
        var window = ReceiveWindow()
        try window.receive(200_000)
        window.consume(131_071)
        var credit = [window.credit()]
        window.consume(1)
        credit += [window.credit(), window.credit()]
        #expect(credit == [0, 131_072, 0])
        #expect(window.available == 262_144 - 200_000 + 131_072)
    }

    @Test func `A peer that stands still gets whatever is due`() throws {
        var window = ReceiveWindow()
        try window.receive(262_144)
        var credit = [window.credit()]
        window.consume(1)
        credit.append(window.credit())
        #expect(credit == [0, 1])
        #expect(throws: MuxError.windowExceeded) { try window.receive(2) }
        try window.receive(1)
    }

    @Test func `After the peer's FIN there is no credit`() throws {
        var window = ReceiveWindow()
        try window.receive(262_144)
        window.end()
        window.consume(262_144)
        let credit = [window.credit(), window.creditNow()]
        #expect(credit == [0, 0])
    }

    @Test func `Consuming more than came counts only what came`() throws {
        var window = ReceiveWindow()
        try window.receive(100)
        let consumed = [1000, -5].map { window.consume($0) }
        #expect(consumed == [100, 0])
        let credit = window.creditNow()
        #expect(credit == 100)
        #expect(window.available == 262_144)
    }

    @Test func `A larger window is granted at once and keeps crediting at 128 KiB`() throws {
        var window = ReceiveWindow()
        window.grow(by: 1 << 20)
        let extra = window.creditNow()
        #expect(extra == 1 << 20)
        #expect(window.available == 262_144 + (1 << 20))
        // A peer that lost the extra credit stands still after 262,144 bytes.
        try window.receive(262_144)
        window.consume(262_144)
        let credit = window.credit()
        #expect(credit == 262_144)
    }

    @Test func `A window never passes 2^31-1, whatever it is told`() {
        var window = ReceiveWindow()
        window.grow(by: .max)
        #expect(window.size == SendWindow.limit)
        let extra = window.creditNow()
        #expect(extra == SendWindow.limit - SendWindow.initial)
        #expect(window.available == SendWindow.limit)
    }

    @Test func `Where memory is short a window counts as 64 KiB until it is drained`() throws {
        var window = ReceiveWindow()
        try window.receive(262_144)
        window.consume(200_000)
        // 62,144 bytes are unread: 3,392 are free of 65,536.
        var credit = [window.credit(limit: 65_536)]
        window.consume(62_144)
        credit += [window.credit(limit: 65_536), window.creditNow()]
        #expect(credit == [3392, 62_144, 262_144 - 65_536])
    }

    @Test(arguments: UInt64(0)..<200)
    func `A sender and a receiver never disagree, and never both stand still`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var sender = SendWindow()
        var receiver = ReceiveWindow()
        var (sent, consumed) = (0, 0)
        for _ in 0..<400 {
            if Bool.random(using: &random) {
                let count = sender.take(upTo: Int.random(in: 0...200_000, using: &random))
                try receiver.receive(count)
                sent += count
            } else {
                let count = receiver.consume(Int.random(in: 0...200_000, using: &random))
                consumed += count
                try sender.add(receiver.credit())
            }
            #expect(sender.available == receiver.available)
            #expect(receiver.unread == sent - consumed)
            #expect(receiver.unread + receiver.available <= receiver.size)
            // Nothing unread means that the consumer waits for the sender: then it can send.
            #expect(receiver.unread > 0 || sender.available > 0)
        }
    }
}

struct WindowTunerTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// What a tuner makes of `count` bytes consumed in `elapsed` at 50 ms to the peer and back.
    private static func size(_ count: Int, in elapsed: TimeAmount, of size: Int) -> Int {
        var tuner = WindowTuner(now: Self.start)
        return tuner.size(
            afterConsuming: count,
            at: Self.start + elapsed,
            roundTripTime: .milliseconds(50),
            size: size
        )
    }

    @Test(
        arguments: [
            // The window limits: it was consumed once in a round trip.
            (262_144, TimeAmount.milliseconds(50), 262_144, 524_288),
            (1 << 20, .milliseconds(50), 262_144, 524_288),
            (200_000, .milliseconds(50), 262_144, 400_000),
            // The source or the consumer limits.
            (131_072, .milliseconds(50), 262_144, 262_144),
            (131_072, .seconds(10), 1 << 20, 1 << 20),
            // Too short to tell, and a clock that stands.
            (262_144, .milliseconds(49), 262_144, 262_144),
            (262_144, .zero, 262_144, 262_144),
        ]
    )
    func `A window becomes twice what was consumed in a round trip`(
        count: Int,
        elapsed: TimeAmount,
        size: Int,
        expected: Int
    ) {
        #expect(Self.size(count, in: elapsed, of: size) == expected)
    }

    @Test func `Credit that comes in bursts is summed up over a round trip`() {
        var tuner = WindowTuner(now: Self.start)
        var size = 262_144
        for milliseconds in [10, 20, 30, 50] {
            size = tuner.size(
                afterConsuming: 131_072,
                at: Self.start + .milliseconds(Int64(milliseconds)),
                roundTripTime: .milliseconds(50),
                size: size
            )
        }
        #expect(size == 524_288)
    }
}
