import JSON
import AgentProtocol
import NIOCore
import Testing

@Suite struct HeartbeatRequesterTests {
    let start = NIODeadline.now()

    @Test func `Beats go out once an interval, each after the echo of the last`() {
        var state = HeartbeatRequester(interval: .seconds(10), tolerance: .seconds(15), now: self.start)
        #expect(state.elapsed(now: self.start, nonce: 7) == .send(7))
        #expect(state.elapsed(now: self.start + .seconds(1), nonce: 8) == .nothing)
        state.received(ByteBuffer(integer: UInt32(7)), now: self.start + .milliseconds(30))
        #expect(state.roundTrip == .milliseconds(30))
        #expect(state.elapsed(now: self.start + .seconds(9), nonce: 8) == .nothing)
        #expect(state.elapsed(now: self.start + .seconds(10), nonce: 9) == .send(9))
        // Without an echo no further beat goes out.
        #expect(state.elapsed(now: self.start + .seconds(20), nonce: 10) == .nothing)
    }

    @Test func `A peer that doesn't echo is given up after interval and tolerance`() {
        var state = HeartbeatRequester(interval: .seconds(10), tolerance: .seconds(15), now: self.start)
        _ = state.elapsed(now: self.start, nonce: 1)
        state.received(ByteBuffer(integer: UInt32(1)), now: self.start + .seconds(1))
        _ = state.elapsed(now: self.start + .seconds(10), nonce: 2)
        #expect(state.elapsed(now: self.start + .milliseconds(25_999), nonce: 3) == .nothing)
        #expect(state.elapsed(now: self.start + .seconds(26), nonce: 3) == .giveUp)
    }

    @Test func `An echo is late after a second, and after four times what the fastest of the last ones took`() {
        var state = HeartbeatRequester(interval: .seconds(3), tolerance: .seconds(6), now: self.start)
        #expect(!state.isLate(now: self.start + .hours(1)))
        _ = state.elapsed(now: self.start, nonce: 1)
        #expect(!state.isLate(now: self.start + .milliseconds(999)))
        #expect(state.isLate(now: self.start + .seconds(1)))
        state.received(ByteBuffer(integer: UInt32(1)), now: self.start + .milliseconds(1500))
        #expect(!state.isLate(now: self.start + .milliseconds(1500)))
        _ = state.elapsed(now: self.start + .seconds(3), nonce: 2)
        #expect(!state.isLate(now: self.start + .milliseconds(8999)))
        #expect(state.isLate(now: self.start + .seconds(9)))
    }

    @Test func `An echo that waited for a link makes the next ones no less late, unless all take so long`() {
        var state = HeartbeatRequester(interval: .seconds(3), tolerance: .seconds(60), now: self.start)
        func beat(_ number: Int64, echo: Int64) -> NIODeadline {
            let sent = self.start + .seconds(3 * number)
            _ = state.elapsed(now: sent, nonce: UInt32(number))
            state.received(ByteBuffer(integer: UInt32(number)), now: sent + .milliseconds(echo))
            return sent
        }
        _ = beat(0, echo: 20)
        _ = beat(1, echo: 2500)
        _ = state.elapsed(now: self.start + .seconds(6), nonce: 99)
        #expect(!state.isLate(now: self.start + .milliseconds(6999)))
        #expect(state.isLate(now: self.start + .seconds(7)))
        state.received(ByteBuffer(integer: UInt32(99)), now: self.start + .milliseconds(8500))
        for number in Int64(3)..<10 { _ = beat(number, echo: 2500) }
        _ = state.elapsed(now: self.start + .seconds(30), nonce: 100)
        #expect(!state.isLate(now: self.start + .seconds(39)))
        #expect(state.isLate(now: self.start + .seconds(40)))
    }

    @Test func `Without a tolerance nothing is concluded`() {
        var state = HeartbeatRequester(interval: .seconds(10), tolerance: nil, now: self.start)
        _ = state.elapsed(now: self.start, nonce: 1)
        #expect(state.elapsed(now: self.start + .hours(1), nonce: 2) == .nothing)
    }

    @Test func `An echo may come byte by byte, and a wrong one counts for nothing`() {
        var state = HeartbeatRequester(interval: .seconds(1), tolerance: .seconds(1), now: self.start)
        _ = state.elapsed(now: self.start, nonce: 0x0102_0304)
        state.received(ByteBuffer(integer: UInt32(5)), now: self.start)
        #expect(state.roundTrip == nil)
        for byte in UInt8(1)...4 {
            state.received(ByteBuffer(bytes: [byte]), now: self.start + .milliseconds(Int64(byte)))
        }
        #expect(state.roundTrip == .milliseconds(4))
    }
}

@Suite struct HeartbeatResponderTests {
    @Test func `Every beat is echoed in a piece of its own, however it came`() {
        var responder = HeartbeatResponder()
        var bytes = ByteBuffer(bytes: [1, 2, 3, 4, 5, 6])
        #expect(responder.nextEcho(from: &bytes) == ByteBuffer(bytes: [1, 2, 3, 4]))
        #expect(responder.nextEcho(from: &bytes) == nil)
        bytes = ByteBuffer(bytes: [7, 8, 9])
        #expect(responder.nextEcho(from: &bytes) == ByteBuffer(bytes: [5, 6, 7, 8]))
        #expect(responder.nextEcho(from: &bytes) == nil)
    }
}

@Suite struct SilenceDeadlineTests {
    @Test(
        arguments: [
            (.seconds(10), .seconds(15), .milliseconds(27_500)),
            (.seconds(1), .milliseconds(100), .milliseconds(2200)),
            (.seconds(500), .seconds(500), .seconds(660)),
            (.zero, .zero, .milliseconds(27_500)),
            (.seconds(-5), .nanoseconds(Int64.max), .seconds(660)),
        ] as [(Duration, Duration, TimeAmount)]
    )
    func `Silence lasts interval and tolerance and a tenth more, within bounds`(
        interval: Duration,
        tolerance: Duration,
        limit: TimeAmount
    ) {
        let deadline = SilenceDeadline(interval: interval, tolerance: tolerance)
        #expect(deadline.limit == limit)
        let exact = SilenceDeadline(interval: interval, tolerance: tolerance, isExact: true)
        #expect(exact.limit.nanoseconds == limit.nanoseconds / 11 * 10)
        let now = NIODeadline.now()
        #expect(!deadline.isOver(lastReceived: now, now: now + limit))
        #expect(deadline.isOver(lastReceived: now, now: now + limit + .nanoseconds(1)))
    }
}
