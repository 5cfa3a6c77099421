import AgentProtocol
import NIOCore

/// A leg as tasks see it: calls that wait for the edge's answer.
///
/// The calls end with the leg, so who wants to wait no longer disconnects it.
struct LegHandle: Sendable {
    let events: AsyncStream<Leg.Event>
    private let leg: NIOLoopBound<Leg>
    private let channel: any Channel

    init(_ leg: Leg, on channel: any Channel, events: AsyncStream<Leg.Event>) {
        self.leg = NIOLoopBound(leg, eventLoop: channel.eventLoop)
        self.channel = channel
        self.events = events
    }

    func authenticate(_ request: AgentMessage.Auth) async throws(CallError) -> AgentMessage.AuthAnswer {
        try await self.call { leg, deliver in leg.authenticate(request, deliver: deliver) }
    }

    func serverInfo() async throws(CallError) -> AgentMessage.ServerInfoAnswer {
        try await self.call { leg, deliver in leg.serverInfo(deliver: deliver) }
    }

    func bind(_ request: AgentMessage.Bind, to target: StreamTarget) async throws(CallError) -> AgentMessage.BindAnswer
    {
        try await self.call { leg, deliver in leg.bind(request, to: target, deliver: deliver) }
    }

    func probe(_ ids: [String], patience: TimeAmount) async throws(CallError) -> AgentMessage.ProbeAnswer {
        try await self.call { leg, deliver in leg.probe(ids, patience: patience, deliver: deliver) }
    }

    func unbind(_ id: String) async throws(CallError) {
        _ = try await self.call { leg, deliver in leg.unbind(id, deliver: deliver) }
    }

    func forget(_ id: String) {
        self.channel.eventLoop.execute { [leg] in leg.value.forget(id) }
    }

    /// Takes leave of the edge. Returns when the connection is closed, which the edge can delay by a second.
    func disconnect() async {
        self.channel.eventLoop.execute { [leg] in leg.value.disconnect() }
        // It fails only where the channel's loop is gone, and the channel with it.
        try? await self.channel.closeFuture.get()
    }

    /// Closes without a word.
    func abandon() {
        self.channel.eventLoop.execute { [leg] in leg.value.abandon() }
    }

    func isSame(as other: LegHandle?) -> Bool {
        self.channel === other?.channel
    }

    private func call<Answer: Sendable>(
        _ body: @escaping @Sendable (Leg, @escaping (Result<Answer, CallError>) -> Void) -> Void
    ) async throws(CallError) -> Answer {
        let result: Result<Answer, CallError> = await withCheckedContinuation { continuation in
            self.channel.eventLoop.execute { [leg] in
                body(leg.value) { continuation.resume(returning: $0) }
            }
        }
        return try result.get()
    }
}
