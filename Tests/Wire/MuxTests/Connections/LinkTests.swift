@testable import Mux
import NIOCore
import TestSupport
import Testing

/// Both ends driven against each other over a link that delays and splits what it carries, and is cut in some seeds.
struct LinkTests {
    @Test(arguments: UInt64(0)..<200)
    func `All bytes arrive in order, every FIN is seen, and nobody stands still`(seed: UInt64) throws {
        var traffic = try Traffic(seed: seed)
        try traffic.run(steps: .max)
        for flow in traffic.flows { flow.expectDelivered() }
        #expect(traffic.link.agent.connection.openStreams == 0)
        #expect(traffic.link.server.connection.openStreams == 0)
        for end in [traffic.link.agent, traffic.link.server] {
            #expect(end.connection.isOpen)
            #expect(end.connection.unreadBytes == 0)
            #expect(end.connection.outlets.readyBytes == 0)
            #expect(end.connection.extraWindows == 0)
        }
    }

    @Test(arguments: UInt64(0)..<200)
    func `A cut ends every stream once, on both sides, and delivers no byte that was not sent`(seed: UInt64) throws {
        var traffic = try Traffic(seed: seed)
        var random = SeededGenerator(seed: seed ^ 0xFFFF)
        try traffic.run(steps: Int.random(in: 0...60, using: &random))
        let open = [traffic.link.agent, traffic.link.server].map(\.connection.openStreams)
        try traffic.link.cut()
        for flow in traffic.flows { flow.expectPrefix() }
        for (end, count) in zip([traffic.link.agent, traffic.link.server], open) {
            let ends = traffic.ends(of: end)
            #expect(ends.count == count)
            #expect(Set(ends).count == count)
            #expect(end.recorder.calls.last == .over(.closed))
        }
    }
}

/// A few streams of both sides with random lengths and random pieces, an answer on each.
private struct Traffic {
    /// What goes one way on one stream.
    final class Flow {
        let stream: MuxStream
        let receiver: Endpoint
        let bytes: [UInt8]
        var written = 0
        var isFinished = false

        init(stream: MuxStream, receiver: Endpoint, bytes: [UInt8], written: Int) {
            self.stream = stream
            self.receiver = receiver
            self.bytes = bytes
            self.written = written
        }

        private var received: [UInt8] { self.receiver.recorder.bytes(of: self.stream.id) }

        func expectDelivered() {
            #expect(self.received == self.bytes)
            #expect(self.receiver.recorder.calls.filter { $0 == .end(self.stream.id) }.count == 1)
        }

        func expectPrefix() {
            #expect(self.received == Array(self.bytes.prefix(self.received.count)))
            #expect(self.received.count <= self.written)
        }
    }

    let link: Link
    private(set) var flows: [Flow] = []
    private var random: SeededGenerator
    /// Per end: streams whose other side has not begun to answer.
    private var answered: Set<UInt32> = []

    init(seed: UInt64) throws {
        self.random = SeededGenerator(seed: seed)
        var configuration = MuxConnection.Configuration()
        if Bool.random(using: &self.random) {
            configuration = .largeWindows
            configuration.receiveWindow = Int.random(in: 262_144...600_000, using: &self.random)
        }
        self.link = try Link(seed: seed, configuration: configuration)
        for end in [self.link.agent, self.link.server] {
            end.connection.roundTripTime = .microseconds(1)
            end.recorder.consumes = false
        }
        for _ in 0..<Int.random(in: 1...4, using: &self.random) {
            let isAgents = Bool.random(using: &self.random)
            let (opener, receiver) =
                isAgents ? (self.link.agent, self.link.server) : (self.link.server, self.link.agent)
            let bytes = self.content()
            let first = Int.random(in: 1...min(bytes.count, 5000), using: &self.random)
            let stream = try opener.open(Array(bytes.prefix(first)))
            self.flows.append(Flow(stream: stream, receiver: receiver, bytes: bytes, written: first))
        }
    }

    /// Writes, consumes and carries at random, until nothing moves or `steps` are done.
    mutating func run(steps: Int) throws {
        var idle = 0
        var step = 0
        while step < steps, idle < 3 {
            step += 1
            self.answer()
            let hasMoved = self.write()
            self.consume()
            idle = try self.link.step() || hasMoved ? 0 : idle + 1
        }
    }

    /// The ids that ended by the death of the connection, as `end` was told.
    func ends(of end: Endpoint) -> [UInt32] {
        end.recorder.calls.compactMap { if case .ended(let id, .sessionClosed) = $0 { id } else { nil } }
    }

    /// Bytes in which no run of a few repeats soon.
    private static let pattern = (0..<400_300).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8) ^ ($0 >> 15)) }

    /// Mostly short, sometimes longer than any window.
    private mutating func content() -> [UInt8] {
        let limit = [10, 3000, 50_000, 400_000].randomElement(using: &self.random) ?? 10
        let count = Int.random(in: 1...min(limit, self.link.limit * 50), using: &self.random)
        let start = Int.random(in: 0..<300, using: &self.random)
        return Array(Self.pattern[start..<(start + count)])
    }

    /// Begins an answer on each stream that was accepted.
    private mutating func answer() {
        for (end, other) in [(self.link.agent, self.link.server), (self.link.server, self.link.agent)] {
            for stream in end.recorder.accepted where self.answered.insert(stream.id).inserted {
                self.flows.append(Flow(stream: stream, receiver: other, bytes: self.content(), written: 0))
            }
        }
    }

    /// Writes a piece of each flow that may be written.
    private mutating func write() -> Bool {
        var hasMoved = false
        for flow in self.flows where !flow.isFinished && !flow.stream.isClosed && flow.stream.isWritable {
            hasMoved = true
            let left = flow.bytes.count - flow.written
            let count = Int.random(in: 0...min(left, 70_000), using: &self.random)
            let piece = ByteBuffer(bytes: flow.bytes[flow.written..<(flow.written + count)])
            flow.written += count
            flow.isFinished = flow.written == flow.bytes.count
            switch (flow.isFinished, Bool.random(using: &self.random)) {
            case (false, _): flow.stream.write(piece)
            case (true, false): flow.stream.finish(with: piece)
            case (true, true):
                flow.stream.write(piece)
                flow.stream.finish()
            }
        }
        return hasMoved
    }

    /// Consumes some of what came, on each stream of both ends.
    private mutating func consume() {
        for flow in self.flows where !flow.stream.isClosed {
            let unread = flow.stream.receiveWindow.unread
            flow.stream.consumed(Int.random(in: 0...max(unread, 1), using: &self.random))
        }
    }
}
