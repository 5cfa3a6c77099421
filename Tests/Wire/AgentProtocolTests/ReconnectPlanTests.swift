import JSON
import AgentProtocol
import NIOCore
import Testing

@Suite struct ReconnectPlanTests {
    let start = NIODeadline.now()

    /// A plan that is online.
    func online() -> ReconnectPlan {
        var plan = ReconnectPlan()
        _ = plan.start(now: self.start)
        _ = plan.connected()
        _ = plan.accepted()
        plan.rebound()
        return plan
    }

    @Test func `A session begins with dialing, authenticating and binding`() {
        var plan = ReconnectPlan()
        #expect(plan.start(now: self.start) == .dial(timeout: .seconds(10)))
        #expect(plan.connected() == .authenticate)
        #expect(plan.accepted() == .rebind)
        plan.rebound()
        #expect(plan.phase == .online)
    }

    @Test func `A lost session is dialed at once, then after 100 ms doubling to a second`() {
        var plan = self.online()
        let lost = self.start + .hours(1)
        #expect(plan.lost(now: lost, jitter: 0.5) == .dial(timeout: .seconds(1)))
        var waits: [ReconnectPlan.Action] = []
        for _ in 0..<6 {
            waits.append(plan.lost(now: lost, jitter: 0.5))
            #expect(plan.waited(now: lost) == .dial(timeout: .seconds(1)))
        }
        let wanted: [Int64] = [100, 200, 400, 800, 1000, 1000]
        #expect(waits == wanted.map { .wait(.milliseconds($0)) })
    }

    @Test func `A dial that took its time has waited already`() {
        var plan = self.online()
        _ = plan.lost(now: self.start, jitter: 0.5)
        for _ in 0..<5 {
            _ = plan.lost(now: self.start, jitter: 0.5)
            _ = plan.waited(now: self.start)
        }
        #expect(plan.lost(now: self.start + .milliseconds(400), jitter: 0.5) == .wait(.milliseconds(600)))
        _ = plan.waited(now: self.start + .seconds(1))
        #expect(plan.lost(now: self.start + .seconds(2), jitter: 0.5) == .wait(.milliseconds(100)))
    }

    @Test func `A session that another connection took over binds again without a wait`() {
        var plan = self.online()
        #expect(plan.replaced() == .rebind)
        plan.rebound()
        #expect(plan.phase == .online)
        _ = plan.lost(now: self.start, jitter: 0.5)
        #expect(plan.replaced() == .nothing)
    }

    @Test func `The first connect has the time that is asked for`() {
        var plan = ReconnectPlan(connectTimeout: .milliseconds(300))
        #expect(plan.start(now: self.start) == .dial(timeout: .milliseconds(300)))
    }

    @Test func `A long outage is dialed ever more rarely, with more patience`() {
        var plan = self.online()
        _ = plan.lost(now: self.start, jitter: 0.5)
        for _ in 0..<8 {
            _ = plan.lost(now: self.start + .seconds(30), jitter: 0.5)
            _ = plan.waited(now: self.start + .seconds(30))
        }
        let later = self.start + .minutes(10)
        var waits: [ReconnectPlan.Action] = []
        for _ in 0..<7 {
            waits.append(plan.lost(now: later, jitter: 0.5))
            #expect(plan.waited(now: later) == .dial(timeout: .seconds(10)))
        }
        let wanted: [Int64] = [1, 2, 4, 8, 16, 30, 30]
        #expect(waits == wanted.map { .wait(.seconds($0)) })
    }

    @Test(arguments: [(0.0, 50), (1.0, 150), (-3.0, 50), (9.0, 150)] as [(Double, Int64)])
    func `Jitter moves a wait by half at most`(jitter: Double, milliseconds: Int64) {
        var plan = self.online()
        _ = plan.lost(now: self.start, jitter: jitter)
        #expect(plan.lost(now: self.start, jitter: jitter) == .wait(.milliseconds(milliseconds)))
    }

    @Test func `Being online starts the schedule anew`() {
        var plan = self.online()
        for _ in 0..<5 {
            _ = plan.lost(now: self.start, jitter: 0.5)
            _ = plan.waited(now: self.start)
        }
        _ = plan.connected()
        _ = plan.accepted()
        // Auth alone is not enough: a server may accept and then lose the session at once.
        #expect(plan.lost(now: self.start, jitter: 0.5) == .wait(.seconds(1)))
        _ = plan.waited(now: self.start)
        _ = plan.connected()
        _ = plan.accepted()
        plan.rebound()
        _ = plan.lost(now: self.start, jitter: 0.5)
        #expect(plan.lost(now: self.start, jitter: 0.5) == .wait(.milliseconds(100)))
    }

    @Test(arguments: [103, 105, 106, 107, 120, 121, 300, 4018])
    func `A refusal that no retry changes ends the first connect, and no later one`(code: Int) {
        var first = ReconnectPlan()
        _ = first.start(now: self.start)
        _ = first.connected()
        #expect(first.refused(code: code, now: self.start, jitter: 0.5) == .stop)
        #expect(first.waited(now: self.start) == .nothing)
        var later = self.online()
        _ = later.lost(now: self.start, jitter: 0.5)
        _ = later.connected()
        #expect(later.refused(code: code, now: self.start, jitter: 0.5) == .wait(.milliseconds(100)))
    }

    @Test(arguments: [nil, 108, 334, 3200])
    func `Other refusals are retried from the first connect on`(code: Int?) {
        var plan = ReconnectPlan()
        _ = plan.start(now: self.start)
        _ = plan.connected()
        #expect(plan.refused(code: code, now: self.start, jitter: 0.5) == .wait(.milliseconds(100)))
        #expect(plan.waited(now: self.start) == .dial(timeout: .seconds(10)))
    }

    @Test func `Events out of turn change nothing`() {
        var plan = self.online()
        let before = plan
        #expect(plan.connected() == .nothing)
        #expect(plan.accepted() == .nothing)
        #expect(plan.waited(now: self.start) == .nothing)
        #expect(plan == before)
        plan.stop()
        #expect(plan.lost(now: self.start, jitter: 0.5) == .nothing)
    }
}
