import Addressing
import NIOCore
import NIOSSL
import Proxy
import Sessions

/// What one event loop of an edge owns; touched on that loop only.
final class EdgeLoop {
    let proxy: ProxyLoop
    let agents: LoopAgents
    /// What counts for connections that come from now on.
    var admission: Admission
    /// Asked before the certificates of `admission`.
    var domains: DomainContexts
    /// Told of a domain whose certificate turns out to be of no use; visitors are shown the edge's own.
    let whenUnusable: (HostPattern, any Error) -> Void
    /// What authorities are shown that speak `acme-tls/1`.
    var challenges: [HostName: NIOSSLContext] = [:]
    /// How TLS ends where policies say so.
    let policyTLS: VisitorTLSTable
    private var ticking: RepeatedTask?
    /// Made on the loop's thread, of which it tells.
    private lazy var occupancy = LoopOccupancy()
    /// When the next tick is due.
    private var nextTick = NIODeadline.uptimeNanoseconds(0)

    init(
        eventLoop: any EventLoop,
        index: Int,
        directory: SessionDirectory,
        configuration: EdgeConfiguration,
        admission: Admission,
        policyTLS: VisitorTLSTable.Shared,
        whenUnusable: @escaping (HostPattern, any Error) -> Void
    ) {
        self.agents = LoopAgents(directory: directory, eventLoop: eventLoop, index: index)
        self.proxy = ProxyLoop(eventLoop: eventLoop, configuration: configuration.proxy, agents: self.agents)
        self.admission = admission
        self.domains = DomainContexts(limit: configuration.readyCertificates)
        self.whenUnusable = whenUnusable
        self.policyTLS = VisitorTLSTable(policyTLS)
        self.proxy.terminator = self
    }

    /// The loop's one clock: deadlines of visitors, upstreams and agents are all looked at from here.
    func startTicking() {
        let interval = TimeAmount.milliseconds(DeadlineWheel.tickMilliseconds)
        let bound = NIOLoopBound(self, eventLoop: self.proxy.eventLoop)
        self.nextTick = .now() + interval
        self.ticking = self.proxy.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            bound.value.tick()
        }
    }

    private func tick() {
        let now = NIODeadline.now()
        self.proxy.tick(
            late: (now - self.nextTick).nanoseconds / 1_000_000,
            busy: self.occupancy.share(now: now.uptimeNanoseconds)
        )
        self.agents.tick(now: now)
        // The next tick is set when this one is done.
        self.nextTick = .now() + .milliseconds(DeadlineWheel.tickMilliseconds)
    }

    func stopTicking() {
        self.ticking?.cancel()
        self.ticking = nil
    }
}
