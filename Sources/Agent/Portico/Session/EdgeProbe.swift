import Addressing
import AgentProtocol
import Model
import NIOCore
import NIOPosix

/// The way to an edge, one step after the other: for who wants to know where it ends.
///
/// The last step opens a session as any agent does, and leaves it at once.
package struct EdgeProbe: Sendable {
    /// In the order in which they are taken. What comes behind one that fails is not tried.
    package enum Step: String, Sendable, CaseIterable {
        /// The edge's name has addresses.
        case nameResolution = "name_resolution"
        /// Something listens at one of them.
        case tcp
        /// It shows a certificate for the name, of an authority that is trusted.
        case tls
        /// It speaks the agent protocol.
        case tunnelProtocol = "tunnel_protocol"
        /// It accepts the authtoken.
        case session
    }

    /// How a step ended.
    package struct Outcome: Sendable {
        package let step: Step
        /// What was seen, in words.
        package let result: Result<String, PorticoError>
        package let time: Duration
        /// Addresses that were tried besides the one that answered, each with the reason why it did not.
        package let misses: [String]
    }

    /// Which addresses are tried.
    package enum Families: Sendable {
        case version4
        case both
    }

    /// For each connection, and for each answer of the edge.
    private static let patience = TimeAmount.seconds(10)

    private let configuration: Agent.Configuration
    private let families: Families
    private let dialer: LegDialer

    /// - Throws: `.invalidConfiguration` when the roots cannot be read.
    package init(_ configuration: Agent.Configuration, families: Families) throws(PorticoError) {
        self.configuration = configuration
        self.families = families
        self.dialer = try LegDialer(configuration)
    }

    /// Takes the steps up to the first that fails, and tells of each as it ends.
    package func run(_ tell: (Outcome) -> Void) async {
        var addresses: [String] = []
        let isNamed = await self.step(.nameResolution, tell) { () async throws(PorticoError) in
            addresses = try await self.addresses()
            return Seen("\(self.first.host) is \(addresses.joined(separator: ", "))")
        }
        guard isNamed else { return }
        let isListening = await self.step(.tcp, tell) { () async throws(PorticoError) in
            try await self.connect(to: addresses)
        }
        guard isListening else { return }
        var opened: LegHandle?
        let isSecure = await self.step(.tls, tell) { () async throws(PorticoError) in
            let loop = self.configuration.eventLoopGroup.next()
            opened = try await self.dialer.dial(self.server, on: loop, timeout: Self.patience)
            let way = self.configuration.proxy.map { ", by way of the proxy \($0)" } ?? ""
            return Seen("the certificate is trusted, and for \(self.server.host)\(way)")
        }
        guard isSecure, let leg = opened else { return }
        let isSpoken = await self.step(.tunnelProtocol, tell) { () async throws(PorticoError) in
            try await self.speak(on: leg)
        }
        if isSpoken {
            _ = await self.step(.session, tell) { () async throws(PorticoError) in
                try await self.authenticate(on: leg)
            }
        }
        await leg.disconnect()
    }

    private var server: ServerAddress { self.configuration.server }
    /// What is connected to: the edge, or the proxy on the way to it.
    private var first: DialAddress { self.configuration.proxy?.address ?? self.server.address }
    private var firstName: String { self.configuration.proxy == nil ? "edge" : "proxy" }
    private var unresolved: ErrorCode { self.configuration.proxy == nil ? .edgeNameUnresolved : .proxyUnreachable }

    // MARK: Steps

    private func addresses() async throws(PorticoError) -> [String] {
        let host = self.first.host.description
        let found: [String]
        do {
            found = try await NIOThreadPool.singleton.runIfActive { HostAddresses.of(host) }
        } catch {
            throw PorticoError(.unreachable, self.unresolved, "The resolver could not be asked: \(error).")
        }
        let wanted = found.filter { self.families == .both || !$0.contains(":") }
        guard wanted.isEmpty else { return wanted }
        let message =
            found.isEmpty
            ? "The \(self.firstName)'s name \(host) cannot be resolved."
            : "The \(self.firstName)'s name \(host) has addresses of IPv6 alone, which are tried with --ipv6."
        throw PorticoError(.unreachable, self.unresolved, message)
    }

    private func connect(to addresses: [String]) async throws(PorticoError) -> Seen {
        var answering: String?
        var misses: [String] = []
        for address in addresses {
            do {
                let channel = try await ClientBootstrap(group: self.configuration.eventLoopGroup)
                    .connectTimeout(Self.patience)
                    .connect(host: address, port: Int(self.first.port))
                    .get()
                channel.close(promise: nil)
                answering = answering ?? address
            } catch {
                misses.append("\(address): \(ConnectFailure(error).reason)")
            }
        }
        guard let answering else {
            let all = misses.joined(separator: "; ")
            throw PorticoError(
                .unreachable,
                self.configuration.proxy == nil ? .edgeUnreachable : .proxyUnreachable,
                "Port \(self.first.port) of the \(self.firstName) does not answer (\(all))."
            )
        }
        return Seen("port \(self.first.port) of \(answering) answers", misses: misses)
    }

    private func speak(on leg: LegHandle) async throws(PorticoError) -> Seen {
        do throws(CallError) {
            let answer = try await self.patiently(leg) { () async throws(CallError) in try await leg.serverInfo() }
            return Seen(answer.region.isEmpty ? "spoken" : "spoken, region \(answer.region)")
        } catch {
            guard case .refused(let text) = error else {
                throw PorticoError(
                    .protocolViolation,
                    .edgeProtocolError,
                    "What answers at \(self.server) does not speak the agent protocol, or ended the connection."
                )
            }
            throw PorticoError(.protocolViolation, told: text)
        }
    }

    private func authenticate(on leg: LegHandle) async throws(PorticoError) -> Seen {
        let request = AgentMessage.Auth(self.configuration)
        do throws(CallError) {
            let answer = try await self.patiently(leg) { () async throws(CallError) in
                try await leg.authenticate(request)
            }
            return Seen("accepted for the account \(answer.accountName)")
        } catch {
            guard case .refused(let text) = error else {
                throw PorticoError(.disconnected, .sessionLost, "The edge ended the connection without an answer.")
            }
            throw PorticoError(.sessionRefused, told: text)
        }
    }

    // MARK: Taking them

    private struct Seen {
        let text: String
        let misses: [String]

        init(_ text: String, misses: [String] = []) {
            self.text = text
            self.misses = misses
        }
    }

    /// Takes a step and tells how it ended; whether the next may be taken.
    private func step(
        _ step: Step,
        _ tell: (Outcome) -> Void,
        _ body: () async throws(PorticoError) -> Seen
    ) async -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        do throws(PorticoError) {
            let seen = try await body()
            tell(Outcome(step: step, result: .success(seen.text), time: clock.now - start, misses: seen.misses))
            return true
        } catch {
            tell(Outcome(step: step, result: .failure(error), time: clock.now - start, misses: []))
            return false
        }
    }

    /// Ends the leg, and with it the call, when the edge takes too long.
    private func patiently<Answer>(
        _ leg: LegHandle,
        _ call: () async throws(CallError) -> Answer
    ) async throws(CallError) -> Answer {
        let limit = Task {
            do { try await Task.sleep(for: .nanoseconds(Self.patience.nanoseconds)) } catch { return }
            await leg.disconnect()
        }
        defer { limit.cancel() }
        return try await call()
    }
}
