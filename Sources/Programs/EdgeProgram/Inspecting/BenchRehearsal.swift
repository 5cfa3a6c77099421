package import Capture
package import Control
package import Model
import PolicyBench
package import PolicyEngine
package import Proxy
import TrafficPolicy

/// Rehearses drafts of policies on the bench on which tests of policies run.
package final class BenchRehearsal: PolicyRehearsal {
    private let rehearsal: TrafficRehearsal

    /// - Parameters:
    ///   - order: the draft and where it is meant to stand.
    ///   - services: what policies may name.
    ///   - addresses: what is known of addresses.
    /// - Throws: `rehearsalPolicy` with what is wrong with the draft.
    package init(
        _ order: RehearsalOrder,
        services: PolicyServices,
        addresses: (any AddressDirectory)?
    ) throws(Failure) {
        do throws(SuiteFailure) {
            self.rehearsal = try TrafficRehearsal(
                draft: order.draft,
                attached: order.attached,
                at: .init(account: order.account, url: order.url, isCloud: order.isCloud),
                services: services,
                addresses: addresses
            )
        } catch {
            let errors: PolicyErrors =
                switch error {
                case .policy(let errors), .notRunnable(let errors), .cases(let errors): errors
                }
            throw Failure(.rehearsalPolicy, errors.failure.message, detail: errors.failure.code.name, cause: errors)
        }
    }

    /// Makes rehearsals that know what the policies of an edge are told of the world.
    package static func maker(in environment: PolicyEnvironment) -> TrafficInspection.MakeRehearsal {
        let (errors, bodyBytes) = (environment.services.expressionErrors, environment.services.bodyBytes)
        return { (order, references) throws(Failure) in
            let directory = PolicyDirectory(references: references)
            let services = PolicyServices(
                expressionErrors: errors,
                secrets: directory,
                ipPolicies: directory,
                authorities: directory,
                bodyBytes: bodyBytes
            )
            return try BenchRehearsal(order, services: services, addresses: environment.addresses)
        }
    }

    package func run(_ exchanges: [TrafficExchange], into report: inout RehearsalReport) {
        self.rehearsal.run(exchanges, into: &report)
    }
}
