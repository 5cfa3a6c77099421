import NIOCore
import Proxy
import Sessions

/// What one event loop of an edge owns; touched on that loop only.
final class EdgeLoop {
    let proxy: ProxyLoop
    let agents: LoopAgents
    /// What counts for connections that come from now on.
    var admission: Admission
    private var ticking: RepeatedTask?

    init(
        eventLoop: any EventLoop,
        index: Int,
        directory: SessionDirectory,
        configuration: EdgeConfiguration,
        admission: Admission
    ) {
        self.agents = LoopAgents(directory: directory, eventLoop: eventLoop, index: index)
        self.proxy = ProxyLoop(eventLoop: eventLoop, configuration: configuration.proxy, agents: self.agents)
        self.admission = admission
    }

    /// The loop's one clock: deadlines of visitors, upstreams and agents are all looked at from here.
    func startTicking() {
        let interval = TimeAmount.milliseconds(DeadlineWheel.tickMilliseconds)
        let bound = NIOLoopBound(self, eventLoop: self.proxy.eventLoop)
        self.ticking = self.proxy.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            bound.value.proxy.tick()
            bound.value.agents.tick(now: .now())
        }
    }

    func stopTicking() {
        self.ticking?.cancel()
        self.ticking = nil
    }
}
