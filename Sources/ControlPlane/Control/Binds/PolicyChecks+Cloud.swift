import Addressing
import EdgeLink
import Model

extension PolicyChecks {
    /// Reads the policy of a cloud endpoint.
    ///
    /// - Throws: `cloudPolicyMissing`, `policyNotTerminating`, or `cloudPolicyInvalid` with what is wrong with it.
    func cloudPolicy(_ text: String, for name: CloudEndpointName) async throws(Failure) -> EndpointPolicy {
        guard text.utf8.contains(where: { !" \t\r\n".utf8.contains($0) }) else {
            throw Failure(.cloudPolicyMissing, "The policy is empty.")
        }
        do throws(Failure) {
            guard let policy = try await self.policy(text, for: name.url.scheme) else {
                throw Failure(.policyNotTerminating, "The policy has no rules, so that nothing handles the traffic.")
            }
            try self.check(policy, for: name.url, binding: name.binding, isCloud: true)
            return policy
        } catch {
            guard error.code != .policyNotTerminating else { throw error }
            throw Failure(.cloudPolicyInvalid, error.message, detail: error.detail, cause: error)
        }
    }
}
