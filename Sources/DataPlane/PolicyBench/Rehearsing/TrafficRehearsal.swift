package import Addressing
package import Capture
import Expression
import Foundation
package import Model
import NIOCore
package import PolicyEngine
import Secrets
import TrafficPolicy

/// Captured exchanges, run through a draft of a policy and through the policy that is attached: what differs between the
/// two is what the draft would change.
///
/// Both start with nothing counted and see the exchanges in the order of time, so limits count as they would have. Nobody
/// outside is asked, and no service: a service answers as it has answered, or, where it was not asked then, with 200.
package final class TrafficRehearsal {
    /// Where the policies stand.
    package struct Place {
        package let account: ResourceID<AccountKind>
        package let url: EndpointURL
        package let isCloud: Bool

        package init(account: ResourceID<AccountKind>, url: EndpointURL, isCloud: Bool) {
            self.account = account
            self.url = url
            self.isCloud = isCloud
        }
    }

    private let draft: RehearsedPolicy
    private let attached: RehearsedPolicy

    /// - Parameters:
    ///   - draft: the text of a policy; empty for none.
    ///   - attached: the same of what is in force.
    ///   - place: the endpoint.
    ///   - services: secrets and lists that policies may name; nobody is asked by them.
    ///   - addresses: what is known of addresses.
    /// - Throws: what is wrong with the draft. An attached policy that this build cannot run counts as none.
    package init(
        draft: String,
        attached: String,
        at place: Place,
        services: PolicyServices,
        addresses: (any AddressDirectory)?
    ) throws(SuiteFailure) {
        var services = services
        services.requester = CaseRequester(answers: [:])
        services.logins = LoginServices(.init(host: "idp.example.com"), keys: SealingKeyring(.random()))
        services.firewall = BenchFirewall()
        self.draft = try RehearsedPolicy(draft, at: place, services, addresses, isDraft: true)
        do throws(SuiteFailure) {
            self.attached = try RehearsedPolicy(attached, at: place, services, addresses, isDraft: false)
        } catch {
            self.attached = try RehearsedPolicy("", at: place, services, addresses, isDraft: false)
        }
    }

    package func run(_ exchanges: [TrafficExchange], into report: inout RehearsalReport) {
        for exchange in exchanges {
            report.examined += 1
            let before = self.attached.outcome(of: exchange)
            let after = self.draft.outcome(of: exchange)
            if let reason = before.undecided ?? after.undecided {
                report.undecided += 1
                report.reasons[reason, default: 0] += 1
                continue
            }
            let comparison = OutcomeComparison(before: before, after: after, exchange)
            guard let change = comparison.change else {
                report.unchanged += 1
                continue
            }
            report.note(change, by: comparison.rule, of: exchange.facts.id)
        }
    }
}

/// One of the two policies.
final class RehearsedPolicy {
    struct Outcome {
        let outcome: CaseOutcome
        /// Why nothing can be said; nil where something can.
        let undecided: String?
        /// The rule that decided, as people call it; nil for none.
        let rule: String?
    }

    private let program: PolicyProgram
    private let endpoint: EndpointFacts
    private let url: EndpointURL
    private let loop: PolicyLoop
    private let addresses: (any AddressDirectory)?
    private let gaps: CaptureGaps

    init(
        _ text: String,
        at place: TrafficRehearsal.Place,
        _ services: PolicyServices,
        _ addresses: (any AddressDirectory)?,
        isDraft: Bool
    ) throws(SuiteFailure) {
        let id = ResourceID<EndpointKind>.random()
        self.endpoint = EndpointFacts(id: id, account: place.account, url: place.url)
        self.url = place.url
        self.loop = PolicyLoop(services: services)
        self.addresses = addresses
        let policy: Policy
        do throws(PolicyErrors) {
            let isEmpty = text.utf8.allSatisfy { " \t\r\n".utf8.contains($0) }
            policy =
                isEmpty ? .empty : try Policy(parsing: text, for: place.url.scheme, checking: CompiledExpressions())
            if isDraft {
                try PolicyAttachment(
                    scheme: place.url.scheme,
                    isInternal: false,
                    isCloud: place.isCloud,
                    runnable: Set(ActionType.allCases),
                    host: place.url.host.isWildcard ? nil : place.url.host.base
                ).check(policy)
            }
        } catch {
            throw .policy(error)
        }
        do throws(PolicyErrors) {
            self.program = try PolicyProgram(policy)
        } catch {
            throw .notRunnable(error)
        }
        self.gaps = CaptureGaps(self.program)
    }

    func outcome(of exchange: TrafficExchange) -> Outcome {
        let facts = exchange.facts
        let time = Timestamp(nanosecondsSince1970: facts.nanosecondsSince1970)
        let host = BenchHost(
            start: time,
            // Limits count by this clock, which must go on as the exchanges do.
            uptime: .uptimeNanoseconds(UInt64(max(1, time.seconds)) * 1_000_000_000 + UInt64(max(0, time.nanoseconds))),
            bytesIn: 0,
            bytesOut: 0
        )
        host.requestBody = exchange.detail?.request.body ?? ByteBuffer()
        var visit = BenchVisit(
            program: self.program,
            endpoint: self.endpoint,
            connection: self.connection(of: facts, since: time),
            request: RequestState(exchange, at: self.url, received: time),
            upstream: CaseAnswer(exchange),
            answer: { _ in .empty },
            loop: self.loop,
            host: host
        )
        visit.proceed()
        return Outcome(
            outcome: visit.outcome,
            undecided: self.gaps.reason(visit.outcome.steps, exchange),
            rule: self.decidingRule(visit.outcome)
        )
    }

    private func connection(of facts: TrafficFacts, since time: Timestamp) -> ConnectionFacts {
        var tls: TLSFacts?
        if facts.scheme == "https" {
            var known = TLSFacts()
            known.serverName = String(facts.host.prefix { $0 != ":" })
            tls = known
        }
        return ConnectionFacts(
            client: facts.client.map { NetworkAddress(ip: $0, port: 0) },
            server: nil,
            region: "",
            start: time,
            tls: tls,
            directory: self.addresses
        )
    }

    /// The one that ended a phase, or else the last that ran.
    private func decidingRule(_ outcome: CaseOutcome) -> String? {
        let place =
            outcome.steps.last { $0.event == .ended }?.place ?? outcome.steps.last { $0.event == .matched }?.place
        guard let place else { return nil }
        let name = self.program.rules(in: place.phase)[place.rule].name.map { " \"\($0.prefix(60))\"" } ?? ""
        return "\(place.phase.rawValue)[\(place.rule)]\(name)"
    }
}
