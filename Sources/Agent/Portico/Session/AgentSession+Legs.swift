import AgentProtocol
import Model
import NIOCore

extension AgentSession {
    // MARK: - The lead

    /// Connects, and connects again, until the session is closed or refused for good.
    func keepLead() async {
        var plan = ReconnectPlan()
        var action = plan.start(now: .now())
        var leg: LegHandle?
        while !Task.isCancelled, !self.isClosed {
            switch action {
            case .dial(let timeout):
                do throws(PorticoError) {
                    leg = try await self.dial(self.configuration.server, number: 0, timeout: timeout)
                    action = plan.connected()
                } catch {
                    action = plan.lost(now: .now(), jitter: .random(in: 0...1))
                    self.failed(error)
                }
            case .authenticate:
                guard let connected = leg else { return }
                do throws(CallError) {
                    try await self.authenticate(connected)
                    action = plan.accepted()
                } catch {
                    await connected.disconnect()
                    action = self.refused(error, &plan)
                }
            case .rebind:
                guard let accepted = leg else { return }
                leg = nil
                do throws(CallError) {
                    try await self.rebindAll(on: accepted)
                    plan.rebound()
                    let error = await self.lead(with: accepted)
                    action = plan.lost(now: .now(), jitter: .random(in: 0...1))
                    self.lost(error)
                } catch {
                    await accepted.disconnect()
                    action = plan.lost(now: .now(), jitter: .random(in: 0...1))
                    self.failed(PorticoError(.disconnected, .sessionLost, "The connection was lost while binding."))
                }
            case .wait(let time):
                self.board.tell(.reconnectScheduled(.nanoseconds(time.nanoseconds)))
                // Only a cancellation ends the wait early, and with it the loop.
                try? await Task.sleep(for: .nanoseconds(time.nanoseconds))
                action = plan.waited(now: .now())
            case .stop, .nothing:
                return
            }
        }
        await leg?.disconnect()
    }

    private func dial(_ server: ServerAddress, number: Int, timeout: TimeAmount) async throws(PorticoError) -> LegHandle
    {
        guard let dialer = self.dialer else { throw PorticoError(.closed, "The agent was not started.") }
        return try await dialer.dial(server, on: self.loops[number % self.loops.count], timeout: timeout)
    }

    private func authenticate(_ leg: LegHandle) async throws(CallError) {
        let answer = try await leg.authenticate(self.introduction(leg: 0))
        let identity = Identity(clientID: answer.clientID, cookie: answer.cookie)
        // Further legs belong to the session that the edge knew; to another one they would be strangers.
        let isResumed = self.identity?.clientID == identity.clientID
        self.identity = identity
        self.board.show(Agent.SessionDetails(answer))
        self.keepFurtherLegs(answer.connectAddresses, restart: !isResumed)
    }

    /// The session is online with `leg` as its lead.
    ///
    /// - Returns: when the leg has ended, and why.
    private func lead(with leg: LegHandle) async -> PorticoError {
        guard !self.isClosed else {
            await leg.disconnect()
            return PorticoError(.closed, "The agent was closed.")
        }
        self.legs[0] = leg
        self.board.show(.online)
        self.settleOpening(.success(()))
        self.wakeLeadWaiters()
        let retries = Task { await self.retryTroubled(on: leg) }
        defer { retries.cancel() }
        for await event in leg.events {
            switch event {
            case .latency(let latency): self.board.tell(.latencyMeasured(latency))
            case .command(let command): self.board.tell(.commandReceived(command))
            case .stopTunnel(let stop): self.stopped(stop)
            case .ended(let end):
                self.legs[0] = nil
                return Self.error(end)
            }
        }
        self.legs[0] = nil
        return PorticoError(.disconnected, .sessionLost)
    }

    /// The session was online and is lost.
    private func lost(_ error: PorticoError) {
        guard !self.isClosed else { return }
        self.board.show(.reconnecting(error))
    }

    /// An attempt failed in a way that may pass.
    private func failed(_ error: PorticoError) {
        guard !self.isClosed else { return }
        if self.isOpening, !self.configuration.retriesFirstConnect { return self.end(error) }
        self.board.show(.reconnecting(error))
        self.board.tell(.connectFailed(error))
    }

    private func refused(_ error: CallError, _ plan: inout ReconnectPlan) -> ReconnectPlan.Action {
        let jitter = Double.random(in: 0...1)
        guard case .refused(let text) = error else {
            // Whoever answers TLS but no Auth is no edge, or the wrong port of one.
            self.failed(PorticoError(.protocolViolation, .edgeProtocolError, self.noAnswer))
            return plan.lost(now: .now(), jitter: jitter)
        }
        let refusal = PorticoError(.sessionRefused, told: text)
        let action = plan.refused(code: text.number, now: .now(), jitter: jitter)
        if action == .stop { self.end(refusal) } else { self.failed(refusal) }
        return action
    }

    private var noAnswer: String {
        "What answers at \(self.configuration.server) does not speak the agent protocol, or ended the connection."
    }

    // MARK: - Further legs

    /// Opens a leg for each address after the first, and closes those that are no longer wanted.
    ///
    /// - Parameters:
    ///   - addresses: as the edge announced them; the first is the lead's.
    ///   - restart: the legs that there are belong to a session that is gone.
    private func keepFurtherLegs(_ addresses: [AgentMessage.ConnectAddress], restart: Bool) {
        let limit = min(max(self.configuration.maximumLegs, 1), Self.maximumLegs)
        let wanted = addresses.prefix(limit).count
        for (number, keeper) in self.keepers where number > 0 && (restart || number >= wanted) {
            keeper.cancel()
            self.keepers[number] = nil
        }
        for (number, address) in addresses.prefix(limit).enumerated().dropFirst() where self.keepers[number] == nil {
            // An address that cannot be read is no reason to serve less well on the others.
            guard let server = try? ServerAddress(address.address) else { continue }
            self.keepers[number] = Task { await self.keepLeg(number, at: server) }
        }
    }

    /// Keeps a further leg connected for as long as its task is not cancelled. It follows the lead: while that one is
    /// away, the edge may not know the session.
    private func keepLeg(_ number: Int, at server: ServerAddress) async {
        var plan = ReconnectPlan()
        var action = plan.start(now: .now())
        while !Task.isCancelled, !self.isClosed {
            switch action {
            case .dial(let timeout):
                guard (try? await self.lead()) != nil, !Task.isCancelled else { return }
                await self.serve(number, at: server, timeout: timeout)
                action = plan.lost(now: .now(), jitter: .random(in: 0...1))
            case .wait(let time):
                // Only a cancellation ends the wait early, and with it the loop.
                try? await Task.sleep(for: .nanoseconds(time.nanoseconds))
                action = plan.waited(now: .now())
            case .authenticate, .rebind, .stop, .nothing:
                return
            }
        }
    }

    /// Connects a further leg once, and returns when it has ended.
    private func serve(_ number: Int, at server: ServerAddress, timeout: TimeAmount) async {
        guard let leg = try? await self.dial(server, number: number, timeout: timeout) else { return }
        let session = self.identity
        guard (try? await leg.authenticate(self.introduction(leg: number))) != nil, session == self.identity else {
            return await leg.disconnect()
        }
        let done = await self.repeatAll(on: leg)
        guard !Task.isCancelled, !self.isClosed else { return await leg.disconnect() }
        self.legs[number] = leg
        // What was bound on the lead while the others were repeated here.
        _ = await self.repeatAll(on: leg, except: done)
        await withTaskCancellationHandler {
            for await event in leg.events {
                switch event {
                case .command(let command): self.board.tell(.commandReceived(command))
                case .stopTunnel(let stop): self.stopped(stop)
                case .latency, .ended: continue
                }
            }
        } onCancel: {
            Task { await leg.disconnect() }
        }
        if leg.isSame(as: self.legs[number]) { self.legs[number] = nil }
    }

    // MARK: - Words

    private func introduction(leg: Int) -> AgentMessage.Auth {
        var auth = AgentMessage.Auth()
        auth.clientID = self.identity?.clientID ?? ""
        auth.cookie = self.identity?.cookie ?? ""
        auth.authtoken = self.configuration.authtoken
        auth.operatingSystem = Platform.operatingSystem
        auth.architecture = Platform.architecture
        auth.version = self.configuration.product.version
        // The last product tells the edge which library speaks, and so what it can do.
        auth.userAgent = "\(self.configuration.product.token) portico/\(Agent.version)"
        auth.clientType = self.configuration.product.name
        auth.metadata = self.configuration.metadata
        auth.stop = self.support(of: .stop)
        auth.restart = self.support(of: .restart)
        auth.update = self.support(of: .update)
        auth.usesCustomCAs = self.configuration.trust != .system
        auth.legNumber = Int64(leg)
        return auth
    }

    private func support(of command: Agent.RemoteCommand.Kind) -> AgentMessage.CommandSupport {
        self.configuration.remoteCommands.contains(command) ? .supported : .unsupported(command.refusal)
    }

    private static func error(_ end: AgentSessionEnd) -> PorticoError {
        let message: String
        switch end {
        case .left, .drained: message = "The edge closed the session."
        case .failed(let code, let debug): message = "The edge ended the session: \(debug) (\(code))."
        case .lost: message = "The connection to the edge was lost."
        case .violation(let error): message = "The edge broke the protocol: \(error)."
        case .silent: message = "The edge did not answer heartbeats."
        case .unauthenticated, .refused: message = "The edge refused the session."
        case .closed: message = "The session was closed."
        }
        return PorticoError(.disconnected, .sessionLost, message)
    }
}

extension Agent.SessionDetails {
    init(_ answer: AgentMessage.AuthAnswer) {
        self.id = answer.sessionID
        self.accountName = answer.accountName
        self.planName = answer.planName
        self.region = answer.region
        self.serverVersion = answer.serverVersion
        self.banner = answer.banner
        self.deprecation = answer.deprecation.map { "\($0.message) (minimum version \($0.nextMinimum))" }
    }
}

/// What the agent says of the machine that it runs on.
private enum Platform {
    static var operatingSystem: String {
        #if os(macOS)
            "darwin"
        #elseif os(Windows)
            "windows"
        #else
            "linux"
        #endif
    }

    static var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }
}
