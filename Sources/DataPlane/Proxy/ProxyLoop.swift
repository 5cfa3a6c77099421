package import Addressing
package import EdgeLink
import Events
package import Model
package import NIOCore
import PolicyEngine
package import Routing

/// Everything of the data plane that one event loop owns. Touched on that loop only, so that a request finds all it
/// needs without a lock, a hop or an allocation.
package final class ProxyLoop {
    package let eventLoop: any EventLoop
    package private(set) var limits: ProxyLimits
    /// What policies are told of this edge.
    package let environment: PolicyEnvironment
    let observation: Observation
    package private(set) var table = RoutingTable.empty
    package let wheel = DeadlineWheel()
    package let allocator = ByteBufferAllocator()
    /// Agent connections by their number; set once, before the first visitor.
    package unowned let agents: any AgentPorts
    /// Nil where policies have no say in how TLS ends.
    package weak var terminator: (any TLSTerminator)?
    package let counters = ProxyCounters()
    package private(set) var shedding = LoadShedding()
    var recent = RecentRequests()

    /// Nil where no traffic is captured.
    let captures: CaptureOutlet?
    /// Whether each request is recorded.
    private(set) var isObserved: Bool
    /// Who has subscribed to events, where somebody has.
    private(set) var subscribers: (any SubscribedEvents)?
    /// Whether they want the fields of heads.
    private(set) var recordsHeads = false
    /// Whether somebody is told of every request that a policy has judged.
    let tellsOfAllJudged: Bool
    /// The policies of the table's endpoints.
    private(set) var gates: EndpointGates = [:]
    /// The accounts whose endpoints not everybody may visit.
    private(set) var restrictions: [ResourceID<AccountKind>: VisitorRestriction] = [:]
    /// What all policies share that run on this loop.
    private(set) lazy var policies = self.makePolicies()

    /// Asked before endpoints and their policies.
    package var challengeFiles = ChallengeFiles()

    /// What the answers of this loop's own are dated with.
    package var dateLine = DateLine()
    /// Scratch space of whoever is at work on the loop, from one call to its end.
    let requestHead = RequestHead()
    let responseHead = ResponseHead()
    /// The same for fields of HTTP/2; made when the first come.
    private(set) lazy var fieldList = FieldList(limit: self.fieldListBytes)
    var requestScratch: ByteBuffer
    /// Header lines that a policy adds to the request at hand, which it has passed at a glance.
    var glancedLines = ByteBuffer()
    var responseScratch: ByteBuffer
    package var random: LoopRandom

    /// What is referred to weakly in the loop's place: counting references to an object that is costs several times as much,
    /// for every request.
    final class Handle {
        unowned let loop: ProxyLoop

        fileprivate init(_ loop: ProxyLoop) {
            self.loop = loop
        }
    }
    /// Gone with the loop.
    private(set) lazy var handle = Handle(self)

    private var upstreams: [ResourceID<EndpointKind>: Upstream] = [:]
    /// The same by slot of the table in force, filled as they are used.
    private var upstreamsBySlot: [Upstream?] = []
    /// Visitors that wait for an agent to come back.
    let waitingRoom = WaitingRoom()
    /// Connections under way, for draining.
    package private(set) var visitors: [ObjectIdentifier: any DrainableVisitor] = [:]
    package private(set) var isDraining = false

    package init(eventLoop: any EventLoop, configuration: ProxyConfiguration, agents: any AgentPorts) {
        self.eventLoop = eventLoop
        self.limits = configuration.limits
        self.environment = configuration.policy
        self.observation = configuration.observation
        self.isObserved = configuration.observation.isActive
        self.captures = CaptureOutlet(configuration.capture)
        self.tellsOfAllJudged = configuration.policy.tellsAll && configuration.policy.events != nil
        self.agents = agents
        self.requestScratch = self.allocator.buffer(capacity: 4096)
        self.responseScratch = self.allocator.buffer(capacity: 16 * 1024)
        self.random = LoopRandom()
        self.followSubscribers()
    }

    /// Takes up what those who subscribe to events want from now on.
    package func followSubscribers() {
        let wanted = self.observation.subscribers?.wanted ?? WantedEvents()
        self.subscribers = wanted.events ? self.observation.subscribers : nil
        self.recordsHeads = wanted.events && wanted.heads
        self.isObserved = self.observation.isActive || wanted.events
    }

    /// Bounds that count from now on, for connections that are open too; a time that is running runs out as it was set.
    package func setLimits(_ limits: ProxyLimits) {
        self.limits = limits
        self.fieldList = FieldList(limit: self.fieldListBytes)
    }

    private var fieldListBytes: Int { min(self.limits.headLimits.headBytes, 64 * 1024) }

    private func makePolicies() -> PolicyLoop {
        var services = self.environment.services
        services.requester = LoopRequester(self, outside: services.requester)
        return PolicyLoop(services: services)
    }

    // MARK: Routing

    /// Makes the update's table the one in force. A request that began with the old one ends with it.
    ///
    /// Updates must come in the order in which they were made, none left out.
    ///
    /// - Parameters:
    ///   - update: the next table.
    ///   - gates: of those endpoints that are put and have a policy.
    /// - Returns: the old table. What is only in that is freed by whoever gets it, which takes a while when it is all of
    ///   a large one.
    package func publish(_ update: RoutingUpdate, gates: EndpointGates = [:]) -> RoutingTable {
        let old = self.table
        self.table = update.table
        if self.upstreamsBySlot.count < update.table.slotLimit {
            let missing = update.table.slotLimit - self.upstreamsBySlot.count
            self.upstreamsBySlot.append(contentsOf: repeatElement(nil, count: missing))
        }
        // A loop that has reached no endpoint yet has nothing to tell one.
        if !self.upstreams.isEmpty || !self.gates.isEmpty || !gates.isEmpty { self.follow(update.changes, gates) }
        self.waitingRoom.tableChanged()
        return old
    }

    private func follow(_ changes: [RoutingUpdate.Change], _ gates: EndpointGates) {
        var areLeaving = false
        for change in changes {
            switch change {
            case .put(let endpoint):
                self.gates[endpoint.id] = gates[endpoint.id]
                if self.upstreams[endpoint.id]?.update(endpoint) ?? false { areLeaving = true }
            case .removed(let id, let slot):
                self.gates[id] = nil
                guard let upstream = self.upstreams.removeValue(forKey: id) else { continue }
                self.upstreamsBySlot[slot] = nil
                upstream.retire()
            }
        }
        guard areLeaving else { return }
        for visitor in Array(self.visitors.values) { visitor.letGoOfHeld() }
    }

    /// Lets the public endpoints of these accounts be visited from these addresses alone, and all others from
    /// everywhere. It counts from the next request or connection on.
    package func restrict(_ lists: [ResourceID<AccountKind>: IPAccessList]) {
        self.restrictions = lists.mapValues(VisitorRestriction.init)
        for upstream in self.upstreams.values { upstream.updateRestriction() }
    }

    /// Has captured from now on what accounts want captured of their traffic.
    package func capture(_ orders: CaptureOrders) {
        self.captures?.orders = orders.accounts
        for upstream in self.upstreams.values { upstream.updateCapture() }
    }

    /// `req_` and 32 digits.
    func drawRequestID() -> String {
        "req_" + TraceSpan.hexadecimal(self.random.next()) + TraceSpan.hexadecimal(self.random.next())
    }

    /// How this loop reaches a member of a pool.
    func upstream(for member: EndpointPool.Member) -> Upstream {
        let id = member.endpoint.id
        if member.slot < self.upstreamsBySlot.count, let upstream = self.upstreamsBySlot[member.slot],
            upstream.endpoint.id == id
        {
            return upstream
        }
        // A member of an older table is served, but not kept when it is in this one no more.
        let current = self.table.member(member.endpoint)
        let upstream = self.upstreams[id] ?? Upstream(endpoint: current?.endpoint ?? member.endpoint, loop: self)
        if let current {
            self.upstreams[id] = upstream
            self.upstreamsBySlot[current.slot] = upstream
        }
        return upstream
    }

    // MARK: Visitors

    package func add(_ visitor: any DrainableVisitor) {
        self.visitors[ObjectIdentifier(visitor)] = visitor
    }

    package func remove(_ visitor: any DrainableVisitor) {
        self.visitors[ObjectIdentifier(visitor)] = nil
    }

    /// From now on connections close when what they are doing is done.
    package func drain() {
        self.isDraining = true
        for visitor in Array(self.visitors.values) { visitor.drain() }
    }

    /// Closes whatever is still open.
    package func closeAll() {
        for visitor in Array(self.visitors.values) { visitor.closeNow() }
        for upstream in Array(self.upstreams.values) { upstream.retire() }
    }

    // MARK: Counting

    /// A copy of what was counted here.
    package func counts() -> LoopCounts {
        var endpoints = self.upstreams.values.compactMap { upstream in
            upstream.tally === self.counters.others
                ? nil : LoopCounts.Endpoint(upstream.urlText, upstream.tally)
        }
        endpoints.append(.init("", self.counters.unrouted))
        endpoints.append(.init("other", self.counters.others))
        var counts = self.counters.snapshot(open: self.visitors.count, endpoints: endpoints)
        counts.actions = self.policies.actionCounts
        return counts
    }

    /// Where the requests of an endpoint that is new here are counted.
    func makeTally() -> RequestTally {
        self.upstreams.count < self.limits.countedEndpoints ? RequestTally() : self.counters.others
    }

    /// How near the process is to its budget of memory, as it is from now on.
    package func note(_ memory: LoadShedding.Memory) {
        self.shedding.note(memory)
    }

    /// A quarter of a second has passed, and so many milliseconds. `busy` is the share of it in which the loop had
    /// something to do, nil where that is not known.
    package func tick(late lag: Int64 = 0, busy: Double? = nil) {
        self.shedding.noteQueue(
            seconds: Double(DeadlineWheel.tickMilliseconds + max(0, lag)) / 1000,
            // One that is late had something to do, also where it stood still meanwhile: behind another loop, in the kernel.
            busy: lag > self.limits.loopLagMilliseconds ? busy.map { _ in 1 } : busy,
            waiting: self.recent.peak,
            answered: self.recent.takeAnswered(),
            wanted: self.limits.standingQueueSeconds
        )
        self.shedding.noteTick(late: lag, limit: self.limits.loopLagMilliseconds)
        self.recent.advance()
        self.captures?.tick(busy: busy)
        self.wheel.advance()
    }
}

/// A visitor's connection that can be asked to end.
package protocol DrainableVisitor: AnyObject {
    /// Ends when the exchange under way is done; at once when there is none.
    func drain()
    func closeNow()
    /// Closes what it keeps for further requests to endpoints that take nobody new for the moment.
    func letGoOfHeld()
}

/// The loop's own source of chance for drawing pool members: fast, seeded by the system, not for secrets.
package struct LoopRandom: RandomNumberGenerator {
    private var state = UInt64.random(in: .min ... .max)

    package mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
