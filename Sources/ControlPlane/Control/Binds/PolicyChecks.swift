package import Addressing
package import EdgeLink
package import Model
import TrafficPolicy

/// Reads the policies that stand before endpoints, and says what is wrong with one: what reaches an edge is right.
struct PolicyChecks: Sendable {
    private let limits: PolicyLimits
    private let runnable: Set<ActionType>
    private let applications: Set<OAuthConfiguration.Provider>
    private let sharedDomains: [HostName]
    private let problem: @Sendable (Action) -> PolicyProblem?
    private let expressions = CompiledExpressions()
    private let documents = PolicyDocuments()

    /// A policy with an action that the edges cannot run is refused.
    init(_ configuration: Control.Configuration) {
        self.limits = configuration.policyLimits
        self.runnable = configuration.runnableActions
        self.applications = configuration.loginApplications
        self.sharedDomains = configuration.baseDomains
        self.problem = configuration.problemOfAction
    }

    /// Reads a policy. Away from the control plane's own thread of execution: a document may be large.
    ///
    /// - Returns: nil for a document without a rule that would run, so that its endpoint pays for none.
    /// - Throws: all that is wrong with it, with lines and columns; the code is that of the first.
    @concurrent func policy(_ text: String, for scheme: EndpointScheme) async throws(Failure) -> EndpointPolicy? {
        guard text.utf8.contains(where: { !" \t\r\n".utf8.contains($0) }) else { return nil }
        if let known = self.documents.policy(text, for: scheme) { return known }
        do throws(PolicyErrors) {
            let policy = try Policy(parsing: text, for: scheme, limits: self.limits, checking: self.expressions)
            let actions = PolicyPhase.allCases.flatMap { policy.rules(in: $0) }.flatMap(\.actions)
            guard !actions.isEmpty else { return nil }
            let problems = actions.compactMap(self.problem)
            guard problems.isEmpty else { throw PolicyErrors(problems) }
            let read = EndpointPolicy(text: text, policy: policy)
            self.documents.keep(read, for: scheme)
            return read
        } catch {
            throw error.failure
        }
    }

    /// Whether an endpoint can have the policy.
    ///
    /// - Parameters:
    ///   - policy: nil for one without a rule that would run.
    ///   - url: that of the endpoint.
    ///   - binding: from where the endpoint is reached.
    ///   - isCloud: whether nothing stands behind the endpoint, so that the policy must handle all of its traffic (2235).
    /// - Throws: why it cannot stand before this endpoint.
    func check(
        _ policy: EndpointPolicy?,
        for url: EndpointURL,
        binding: EndpointBinding,
        isCloud: Bool = false
    ) throws(Failure) {
        guard policy != nil || isCloud else { return }
        let attachment = PolicyAttachment(
            scheme: url.scheme,
            isInternal: binding == .internal,
            isCloud: isCloud,
            runnable: self.runnable,
            host: url.host.isWildcard ? nil : url.host.base,
            applications: self.applications,
            sharedDomains: self.sharedDomains
        )
        do throws(PolicyErrors) {
            try attachment.check(policy?.policy ?? .empty)
        } catch {
            throw error.failure
        }
    }
}

extension Control.Configuration {
    /// Reads and checks the policy of a static upstream, before the edge starts.
    ///
    /// - Returns: nil for a document without a rule that would run.
    /// - Throws: all that is wrong with it, with lines and columns; the code is that of the first.
    package func policy(_ text: String, for url: EndpointURL) async throws(Failure) -> EndpointPolicy? {
        let checks = PolicyChecks(self)
        let policy = try await checks.policy(text, for: url.scheme)
        try checks.check(policy, for: url, binding: .public)
        return policy
    }
}
