@testable import Mux
import NIOCore
import TestSupport
import Testing

struct StreamStateTests {
    enum Step: CaseIterable { case sendEnd, receiveEnd, reset }

    @Test(
        arguments: [
            (StreamState.open, Step.sendEnd, StreamState.halfClosedLocal),
            (.open, .receiveEnd, .halfClosedRemote),
            (.open, .reset, .closed),
            (.halfClosedLocal, .sendEnd, .halfClosedLocal),
            (.halfClosedLocal, .receiveEnd, .closed),
            (.halfClosedLocal, .reset, .closed),
            (.halfClosedRemote, .sendEnd, .closed),
            (.halfClosedRemote, .receiveEnd, .halfClosedRemote),
            (.halfClosedRemote, .reset, .closed),
            (.closed, .sendEnd, .closed),
            (.closed, .receiveEnd, .closed),
            (.closed, .reset, .closed),
        ]
    )
    func `Each FIN closes its direction, and a reset both`(from: StreamState, step: Step, to: StreamState) {
        var state = from
        switch step {
        case .sendEnd: state.sendEnd()
        case .receiveEnd: state.receiveEnd()
        case .reset: state.reset()
        }
        #expect(state == to)
    }

    @Test(
        arguments: [
            (StreamState.open, true, true), (.halfClosedLocal, false, true), (.halfClosedRemote, true, false),
            (.closed, false, false),
        ]
    )
    func `A state says what may pass`(state: StreamState, canSend: Bool, canReceive: Bool) {
        #expect(state.canSend == canSend)
        #expect(state.canReceive == canReceive)
    }
}

struct StreamIDsTests {
    @Test func `The agent counts odd ids from 3, the server even ids from 2`() {
        var agent = StreamIDs(role: .agent)
        var server = StreamIDs(role: .server)
        let given = (0..<3).map { _ in [agent.next(), server.next()] }
        #expect(given == [[3, 2], [5, 4], [7, 6]])
    }

    @Test(
        arguments: [
            (MuxRole.server, [UInt32(3), 5, 9], nil as MuxError?),
            (.server, [1, 3], nil),
            (.server, [0x7FFF_FFFF], nil),
            (.server, [4], .foreignParity(4)),
            (.server, [5, 5], .idNotNew(5)),
            (.server, [5, 3], .idNotNew(3)),
            (.agent, [2, 4, 10], nil),
            (.agent, [3], .foreignParity(3)),
            (.agent, [4, 2], .idNotNew(2)),
        ]
    )
    func `A peer's ids are its own and grow`(role: MuxRole, given: [UInt32], error: MuxError?) {
        var ids = StreamIDs(role: role)
        var found: MuxError?
        do throws(MuxError) {
            for id in given { try ids.accept(id) }
        } catch {
            found = error
        }
        #expect(found == error)
        #expect(ids.lastFromPeer == (error == nil ? given.last : given.count > 1 ? given.first : 0))
    }

    @Test func `Ids run out after the last odd one, and it shows long before`() throws {
        var ids = StreamIDs(role: .server)
        #expect(!ids.areRunningOut)
        try ids.accept(0x3FFF_FFFF)
        #expect(!ids.areRunningOut)
        try ids.accept(0x4000_0001)
        #expect(ids.areRunningOut)
    }
}

struct StreamTableTests {
    @Test(arguments: UInt64(0)..<100)
    func `The table holds what a dictionary would hold`(seed: UInt64) {
        let connection = MuxConnection(role: .server)
        var random = SeededGenerator(seed: seed)
        var table = StreamTable()
        var model: [UInt32: MuxStream] = [:]
        var nextID: UInt32 = 2
        // Grows in some seeds and stays small in others; ids come from both ends of their range.
        let removal = Int.random(in: 30...60, using: &random)
        for _ in 0..<2000 {
            if Int.random(in: 0..<100, using: &random) < removal {
                guard let id = model.keys.randomElement(using: &random) else { continue }
                table.remove(id)
                model[id] = nil
            } else {
                nextID += UInt32.random(in: 1...3000, using: &random)
                let id = Bool.random(using: &random) ? nextID : FrameHeader.maxStream - nextID
                let stream = MuxStream(id: id, connection: connection, receiver: NoReceiver.shared, now: .now())
                table.insert(stream)
                model[id] = stream
            }
            let probe = UInt32.random(in: 1...nextID + 10, using: &random)
            #expect(table[probe] === model[probe])
            #expect(table.count == model.count)
        }
        for (id, stream) in model { #expect(table[id] === stream) }
        let all = table.removeAll().map(\.id)
        #expect(all == model.keys.sorted())
        #expect(table.count == 0)
    }

    @Test func `Ids that hash to one place are all found, and removal in any order leaves none behind`() {
        let connection = MuxConnection(role: .server)
        var table = StreamTable()
        // 2^28 apart: in a table of 16 many share a place.
        let ids = (0..<7).map { UInt32(2 + $0 << 28) }
        for id in ids {
            table.insert(MuxStream(id: id, connection: connection, receiver: NoReceiver.shared, now: .now()))
        }
        for (index, id) in ids.enumerated() {
            table.remove(id)
            table.remove(id)
            #expect(table[id] == nil)
            for later in ids[(index + 1)...] { #expect(table[later]?.id == later) }
        }
        #expect(table.count == 0)
        #expect(table[0] == nil)
    }
}

struct RecentResetsTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test(
        arguments: [
            (insertedAt: Int64(0), askedAt: Int64(0), isRemembered: true),
            (0, 4999, true), (0, 11_000, false), (0, 100_000, false),
            // Just before the older half is forgotten.
            (4990, 5010, true), (4990, 9980, true), (4990, 15_011, false),
        ]
    )
    func `A reset stream is remembered for five to ten seconds`(
        insertedAt: Int64,
        askedAt: Int64,
        isRemembered: Bool
    ) {
        var resets = RecentResets()
        resets.insert(1, at: Self.start)
        resets.insert(7, at: Self.start + .milliseconds(insertedAt))
        let found = [7, 9].map { resets.contains($0, at: Self.start + .milliseconds(askedAt)) }
        #expect(found == [isRemembered, false])
    }

    @Test func `A flood of resets forgets the oldest first`() {
        let capacity = UInt32(RecentResets.capacity)
        var resets = RecentResets()
        for id in 1...(capacity * 2 + 1) { resets.insert(id, at: Self.start) }
        let found = [1, capacity, capacity + 1, capacity * 2 + 1].map { resets.contains($0, at: Self.start) }
        #expect(found == [false, false, true, true])
    }
}
