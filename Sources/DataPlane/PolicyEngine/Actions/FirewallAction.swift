import Firewall
import Model
import NIOCore
import TrafficPolicy

/// Blocks what the OWASP core rule set takes for an attack, or for a leak (`spec/traffic-policy.md` 4.16).
///
/// Rules run for milliseconds, on threads of their own; the exchange waits for them.
struct FirewallAction: PolicyAction {
    private let side: BodySide
    private let results: FirewallResults
    private let processesBody: Bool
    private let excludedRules: [Int]
    /// Whether it only tells: nothing is blocked, and failures are passed over.
    private let onlyTells: Bool

    init(_ configuration: OWASPConfiguration, _ side: BodySide) {
        self.side = side
        self.results = FirewallResults(side)
        self.processesBody = configuration.processesBody
        self.excludedRules = configuration.excludedRules
        self.onlyTells = configuration.onError == .continue
    }

    func run(on exchange: Exchange) -> Verdict {
        guard let firewall = exchange.loop.services.firewall else {
            return self.failed("this edge has no firewall", on: exchange)
        }
        guard let host = exchange.host else { return self.failed("the exchange has ended", on: exchange) }
        guard self.processesBody, self.side.isInspectable(exchange) else {
            return self.inspect(ByteBuffer(), by: firewall, on: exchange, host)
        }
        // One byte more tells that there is more.
        let limit = firewall.bodyBytes
        if let replaced = self.side.replacementBody(exchange) {
            return self.inspect(replaced.beginning(limit + 1), by: firewall, on: exchange, host)
        }
        guard let body = self.side.collect(exchange, limit) else { return .next }
        let verdict = body.assumeIsolated().flatMap { body in
            let beginning: ByteBuffer =
                switch body {
                case .complete(let bytes): bytes
                case .tooLarge(let bytes): bytes.beginning(limit + 1)
                }
            let readable = self.side.readable(beginning, of: exchange, limit: limit + 1)
            return self.inspection(of: readable, by: firewall, on: exchange, host)
        }
        return .later(
            verdict.flatMapErrorThrowing { self.failed("the body did not come: \($0)", on: exchange) }.nonisolated()
        )
    }

    private func inspect(
        _ body: ByteBuffer,
        by firewall: any ExchangeInspector,
        on exchange: Exchange,
        _ host: any ExchangeHost
    ) -> Verdict {
        .later(self.inspection(of: body, by: firewall, on: exchange, host))
    }

    private func inspection(
        of body: ByteBuffer,
        by firewall: any ExchangeInspector,
        on exchange: Exchange,
        _ host: any ExchangeHost
    ) -> EventLoopFuture<Verdict> {
        let seen = FirewallExchange(exchange, self.side, body: body)
        return firewall.inspect(seen, without: self.excludedRules, on: host.eventLoop).assumeIsolated()
            .map { self.judge($0, on: exchange) }
            .flatMapErrorThrowing { self.failed($0, on: exchange) }
            .nonisolated()
    }

    // MARK: - Verdicts

    private func judge(_ findings: FirewallFindings, on exchange: Exchange) -> Verdict {
        self.results.publish(findings, on: exchange)
        guard findings.isDenied else { return .next }
        exchange.note("\(self.side.firewallType.rawValue): \(findings.summary)")
        guard !self.onlyTells else { return .next }
        let code = self.side == .request ? ErrorCode.firewallDeniedRequest : .firewallDeniedResponse
        return .fail(Failure(code, code.meaning, detail: findings.summary))
    }

    private func failed(_ error: any Error, on exchange: Exchange) -> Verdict {
        guard error as? FirewallError == .busy else { return self.failed("\(error)", on: exchange) }
        let failure = Failure(.overloaded, "The firewall has more to look at than it can, and did not take this one.")
        return self.fail(failure, "\(error)", on: exchange)
    }

    /// `words` are for the policy's owner.
    private func failed(_ words: String, on exchange: Exchange) -> Verdict {
        let code = ErrorCode.firewallFailed
        return self.fail(Failure(code, code.meaning, detail: words), words, on: exchange)
    }

    private func fail(_ failure: Failure, _ words: String, on exchange: Exchange) -> Verdict {
        self.results.publish(failure, on: exchange)
        exchange.note("\(self.side.firewallType.rawValue): \(words)")
        return self.onlyTells ? .next : .fail(failure)
    }
}

extension FirewallFindings {
    /// In one line, for the policy's owner.
    fileprivate var summary: String {
        let first = self.matches.prefix(20).map { "\($0.id)" }.joined(separator: ", ")
        let rest = self.matches.count > 20 ? " and \(self.matches.count - 20) more" : ""
        let reason = self.isStopped ? "a rule stopped it" : "score \(self.score), denied from \(self.threshold) on"
        return first.isEmpty ? reason : "\(reason); rules \(first)\(rest)"
    }
}

extension ByteBuffer {
    fileprivate func beginning(_ count: Int) -> ByteBuffer {
        self.getSlice(at: self.readerIndex, length: min(count, self.readableBytes)) ?? self
    }
}
