import Firewall
import NIOCore
import PolicyEngine

/// The firewall of this machine, with Debian's rules, on the calling thread: cases come one after the other. Where engine or
/// rules are not installed the action fails as on an edge, and the report says what to install.
struct BenchFirewall: ExchangeInspector {
    /// Shared by all cases: rules take a tenth of a second to read.
    private static let firewall = Firewall()

    var bodyBytes: Int { Self.firewall.configuration.bodyBytes }

    func inspect(
        _ exchange: FirewallExchange,
        without excluded: [Int],
        on loop: any EventLoop
    ) -> EventLoopFuture<FirewallFindings> {
        loop.makeCompletedFuture { try Self.firewall.findings(of: exchange, without: excluded) }
    }
}
