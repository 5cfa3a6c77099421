import Model
import NIOCore
import Synchronization
import TrafficPolicy

/// Refuses requests while too many have failed (`spec/traffic-policy.md` 4.4). One state for all loops of the process.
final class CircuitBreakerAction: PolicyAction {
    private let isEnforced: Bool
    private let breaker: Mutex<CircuitBreaker>

    init(_ configuration: CircuitBreakerConfiguration) {
        self.isEnforced = configuration.isEnforced
        self.breaker = Mutex(
            CircuitBreaker(
                CircuitBreaker.Configuration(
                    errorThreshold: configuration.errorThreshold,
                    volumeThreshold: configuration.volumeThreshold,
                    window: UInt64(clamping: configuration.window.nanoseconds),
                    trippedTime: UInt64(clamping: configuration.tripped.nanoseconds)
                )
            )
        )
    }

    func run(on exchange: Exchange) -> Verdict {
        guard let host = exchange.host, self.isEnforced else {
            exchange.record.circuitBreaker = .allow
            return .next
        }
        let admission = self.breaker.withLock { $0.admit(at: host.uptime.uptimeNanoseconds) }
        switch admission {
        case .allowed: exchange.record.circuitBreaker = .allow
        case .probe: exchange.record.circuitBreaker = .allowWhileOpen
        case .blocked:
            exchange.record.circuitBreaker = .block
            return .fail(
                Failure(.circuitOpen, "The service behind this endpoint fails too often at the moment.")
            )
        }
        exchange.observeUpstream { outcome, now in
            self.breaker.withLock { $0.record(Self.outcome(outcome), of: admission, at: now.uptimeNanoseconds) }
        }
        return .next
    }

    private static func outcome(_ outcome: UpstreamOutcome) -> CircuitBreaker.Outcome {
        switch outcome {
        case .answered(let status): status >= 500 ? .failure : .success
        case .failed: .failure
        case .abandoned: .unknown
        }
    }
}

extension Duration {
    /// Cut to what 64 bits can count.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (whole, hasOverflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return hasOverflowed ? (seconds < 0 ? .min : .max) : whole &+ attoseconds / 1_000_000_000
    }
}
