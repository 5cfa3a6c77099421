import JSON
import AgentProtocol
import NIOCore
import Testing

@Suite struct ServerStateTests {
    typealias State = AgentServerSession.State
    let start = NIODeadline.now()
    let silence = SilenceDeadline(interval: .seconds(1), tolerance: .seconds(1))

    func active() -> State {
        var state = State(now: self.start)
        _ = state.admit(.auth)
        state.introduced(heartbeats: self.silence)
        state.accepted()
        return state
    }

    func elapsed(_ state: State, _ time: TimeAmount, heard: TimeAmount? = nil, streams: Int = 0) -> AgentSessionEnd? {
        state.elapsed(now: self.start + time, lastReceived: self.start + (heard ?? time), openProxied: streams)
    }

    @Test(arguments: StreamType.allCases + [nil])
    func `Before Auth only heartbeats, SrvInfo and one Auth are served`(type: StreamType?) {
        var state = State(now: self.start)
        let isServed = type == .heartbeat || type == .serverInfo || type == .auth
        #expect(state.admit(type) == (isServed ? .serve : .reset))
        #expect(state.admit(type) == (isServed && type != .auth ? .serve : .reset))
    }

    @Test(arguments: StreamType.allCases + [nil])
    func `While Auth is considered nothing else is served`(type: StreamType?) {
        var state = State(now: self.start)
        _ = state.admit(.auth)
        state.introduced(heartbeats: self.silence)
        #expect(state.admit(type) == (type == .heartbeat || type == .serverInfo ? .serve : .reset))
    }

    @Test(arguments: StreamType.allCases + [nil])
    func `A session serves every type but a second Auth`(type: StreamType?) {
        var state = self.active()
        #expect(state.admit(type) == (type == .auth ? .reset : .serve))
        state.drain(until: self.start + .seconds(60))
        #expect(state.admit(type) == (type == .auth ? .reset : type == .bind ? .refuseForDraining : .serve))
    }

    @Test func `Whoever doesn't authenticate is gone after 15 s`() {
        let state = State(now: self.start)
        #expect(self.elapsed(state, .milliseconds(14_999)) == nil)
        #expect(self.elapsed(state, .seconds(15)) == .unauthenticated)
    }

    @Test func `An Auth that is being considered is waited for, as long as the agent lives`() {
        var state = State(now: self.start)
        _ = state.admit(.auth)
        state.introduced(heartbeats: self.silence)
        #expect(self.elapsed(state, .seconds(100)) == nil)
        #expect(self.elapsed(state, .seconds(100), heard: .seconds(97)) == .silent)
    }

    @Test func `A refused agent has a second to read why`() {
        var state = State(now: self.start)
        _ = state.admit(.auth)
        state.introduced(heartbeats: self.silence)
        state.refused(now: self.start)
        #expect(!state.isAccepting)
        #expect(state.admit(.heartbeat) == .reset)
        #expect(self.elapsed(state, .milliseconds(999)) == nil)
        #expect(self.elapsed(state, .seconds(1)) == .refused)
    }

    @Test func `Silence ends a session`() {
        let state = self.active()
        #expect(self.elapsed(state, .seconds(9), heard: .milliseconds(6800)) == nil)
        #expect(self.elapsed(state, .seconds(9), heard: .milliseconds(6799)) == .silent)
        #expect(!state.isWedged(now: self.start + .seconds(3), lastReceived: self.start))
        #expect(state.isWedged(now: self.start + .milliseconds(3001), lastReceived: self.start))
    }

    @Test func `A draining session ends with its last stream or at its deadline`() {
        var state = self.active()
        state.drain(until: self.start + .seconds(5))
        #expect(self.elapsed(state, .seconds(4), streams: 1) == nil)
        #expect(self.elapsed(state, .seconds(4), streams: 0) == .drained)
        #expect(self.elapsed(state, .seconds(5), streams: 1) == .drained)
    }

    @Test func `Draining ends a session that has not authenticated, and serves it nothing`() {
        var waiting = State(now: self.start)
        waiting.drain(until: self.start + .seconds(5))
        var considered = State(now: self.start)
        _ = considered.admit(.auth)
        considered.introduced(heartbeats: self.silence)
        considered.drain(until: self.start + .seconds(5))
        considered.accepted()
        for var state in [waiting, considered] {
            #expect(!state.isAccepting && !state.isAuthenticated)
            #expect(state.admit(.unbind) == .reset)
            #expect(self.elapsed(state, .zero, streams: 1) == .drained)
        }
    }

    @Test func `Nothing brings an ended session back`() {
        var state = self.active()
        state.ended()
        state.accepted()
        state.refused(now: self.start)
        state.drain(until: self.start)
        #expect(state.phase == .ended)
        #expect(self.elapsed(state, .hours(1), heard: .zero) == nil)
    }
}
