import AgentProtocol
import NIOCore

/// The legs beside the lead. They follow it: while it is away, the edge may not know the session.
extension AgentSession {
    /// Opens a leg for each address after the first, and closes those that are no longer wanted.
    ///
    /// - Parameters:
    ///   - addresses: as the edge announced them; the first is the lead's.
    ///   - restart: the legs that there are belong to a session that is gone.
    func keepFurtherLegs(_ addresses: [AgentMessage.ConnectAddress], restart: Bool) {
        let limit = min(max(self.configuration.maximumLegs, 1), Self.maximumLegs)
        var wanted: [Int: ServerAddress] = [:]
        for (number, address) in addresses.prefix(limit).enumerated().dropFirst() {
            // An address that cannot be read is no reason to serve less well on the others.
            wanted[number] = try? ServerAddress(address.address)
        }
        for (number, keeper) in self.keepers
        where number > 0 && (restart || wanted[number] != self.addresses[number]) {
            keeper.cancel()
            self.keepers[number] = nil
        }
        self.addresses = wanted
        for (number, server) in wanted where self.keepers[number] == nil {
            self.keepers[number] = Task { await self.keepLeg(number, at: server) }
        }
    }

    /// Keeps a further leg connected for as long as its task is not cancelled. It follows the lead: while that one is
    /// away, the edge may not know the session.
    private func keepLeg(_ number: Int, at server: ServerAddress) async {
        var plan = ReconnectPlan(connectTimeout: TimeAmount(self.configuration.connectTimeout))
        var action = plan.start(now: .now())
        while !Task.isCancelled, !self.isClosed {
            switch action {
            case .dial(let timeout):
                guard (try? await self.lead()) != nil, !Task.isCancelled else { return }
                if await self.serve(number, at: server, timeout: timeout) {
                    _ = plan.connected()
                    _ = plan.accepted()
                    plan.rebound()
                }
                action = plan.lost(now: .now(), jitter: self.jitter())
            case .wait(let time):
                // Only a cancellation ends the wait early, and with it the loop.
                try? await Task.sleep(for: .nanoseconds(time.nanoseconds))
                action = plan.waited(now: .now())
            case .authenticate, .rebind, .stop, .nothing:
                return
            }
        }
    }

    /// Connects a further leg once.
    ///
    /// - Returns: when it has ended; whether it was online.
    private func serve(_ number: Int, at server: ServerAddress, timeout: TimeAmount) async -> Bool {
        guard let leg = try? await self.dial(server, number: number, timeout: timeout) else { return false }
        self.pending[number] = leg
        let session = self.identity
        guard !self.isClosed, (try? await leg.authenticate(self.introduction(leg: number))) != nil,
            session == self.identity
        else {
            await self.abandon(leg, number)
            return false
        }
        let done = await self.repeatAll(on: leg)
        guard !Task.isCancelled, !self.isClosed else {
            await self.abandon(leg, number)
            return false
        }
        self.pending[number] = nil
        self.legs[number] = leg
        // What was bound on the lead while the others were repeated here.
        _ = await self.repeatAll(on: leg, except: done)
        await withTaskCancellationHandler {
            await self.follow(leg)
        } onCancel: {
            Task { await leg.disconnect() }
        }
        if leg.isSame(as: self.legs[number]) { self.legs[number] = nil }
        return true
    }

    private func abandon(_ leg: LegHandle, _ number: Int) async {
        if leg.isSame(as: self.pending[number]) { self.pending[number] = nil }
        await leg.disconnect()
    }

    /// Passes on what a further leg is told. Returns when it has ended, or the edge does not answer on it: a new one is
    /// quickly made, and nothing but visitors' connections is lost with this one.
    private func follow(_ leg: LegHandle) async {
        for await event in leg.events {
            switch event {
            case .command(let command): self.board.tell(.commandReceived(command))
            case .stopTunnel(let stop): self.stopped(stop)
            case .late(true):
                leg.abandon()
                return
            case .latency, .late, .ended: continue
            }
        }
    }
}
