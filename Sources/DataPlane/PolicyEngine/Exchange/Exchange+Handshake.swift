import Expression
import Model
import NIOCore
import TrafficPolicy

/// The handshake of a connection whose TLS a policy ends in its own way.
extension Exchange {
    /// Has the handshake answered, for who is about to ask what it has agreed on.
    ///
    /// - Returns: nil where nobody has to wait for it: no policy has said how TLS ends, or it is done.
    func answerHandshake() -> EventLoopFuture<Void>? {
        guard self.phase == .tcpConnect, let settings = self.connection.beginHandshake(), let host = self.host else {
            return nil
        }
        return host.answerHandshake(settings, for: self)
    }

    /// The handshake is done, and ``connection`` knows what came of it.
    ///
    /// - Parameter warnings: what the policy's owner should know beside that.
    package func handshakeEnded(warnings: [String] = []) {
        guard let tls = self.connection.tls, let settings = self.connection.termination else { return }
        for warning in warnings { self.note("terminate-tls: \(warning)") }
        self.publish(.terminateTLS, TerminationResults.values(tls, settings.warnings + warnings))
    }
}

/// An action whose expressions ask what the handshake has agreed on.
struct HandshakeFirst: PolicyAction {
    let action: any PolicyAction

    func run(on exchange: Exchange) -> Verdict {
        guard let handshake = exchange.answerHandshake() else { return self.action.run(on: exchange) }
        return .later(handshake.assumeIsolated().map { self.action.run(on: exchange) }.nonisolated())
    }
}
