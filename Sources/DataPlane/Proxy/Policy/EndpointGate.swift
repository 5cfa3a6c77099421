package import EdgeLink
package import Model
package import PolicyEngine
import TrafficPolicy

/// The policy before one endpoint, ready to run: made once when a table brings it, and shared by all loops.
package final class EndpointGate: Sendable {
    /// The document that it was made of.
    package let text: String
    package let program: PolicyProgram
    package let endpoint: EndpointFacts

    /// Compiles a policy; limits that are the same as those of `previous` go on counting.
    ///
    /// - Throws: all that cannot run, as one failure for who brought the policy.
    static func program(of policy: EndpointPolicy, after previous: PolicyProgram?) throws(Failure) -> PolicyProgram {
        do throws(PolicyErrors) {
            return try PolicyProgram(policy.policy, inheriting: previous)
        } catch {
            throw error.failure
        }
    }

    convenience init(text: String, program: PolicyProgram, _ endpoint: RoutedEndpoint) {
        self.init(text: text, program: program, EndpointFacts(of: endpoint))
    }

    /// The same policy before the endpoint as it is now: its URL may be another.
    package func at(_ endpoint: RoutedEndpoint) -> EndpointGate {
        let facts = EndpointFacts(of: endpoint)
        return facts.url == self.endpoint.url ? self : EndpointGate(text: self.text, program: self.program, facts)
    }

    private init(text: String, program: PolicyProgram, _ endpoint: EndpointFacts) {
        self.text = text
        self.program = program
        self.endpoint = endpoint
    }
}

extension EndpointGate {
    /// A program that was made elsewhere.
    convenience init(_ program: PolicyProgram, for endpoint: RoutedEndpoint) {
        self.init(text: "", program: program, EndpointFacts(of: endpoint))
    }
}

extension EndpointFacts {
    fileprivate convenience init(of endpoint: RoutedEndpoint) {
        self.init(id: endpoint.id, account: endpoint.account, url: endpoint.url)
    }
}

/// The gates of a table's endpoints; endpoints without a policy have none.
package typealias EndpointGates = [ResourceID<EndpointKind>: EndpointGate]
