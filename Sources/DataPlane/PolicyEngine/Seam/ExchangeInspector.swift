package import Firewall
package import NIOCore

/// Looks at requests and responses with rules that know attacks. It takes its time, elsewhere than on event loops.
package protocol ExchangeInspector: Sendable {
    /// How much of a body it looks at.
    var bodyBytes: Int { get }

    /// Looks at a request or, where the exchange has one, at the response to it.
    ///
    /// - Returns: what it found, on `loop`; fails with a ``FirewallError``.
    func inspect(
        _ exchange: FirewallExchange,
        without excluded: [Int],
        on loop: any EventLoop
    ) -> EventLoopFuture<FirewallFindings>
}

extension Firewall: ExchangeInspector {
    package var bodyBytes: Int { self.configuration.bodyBytes }
}
