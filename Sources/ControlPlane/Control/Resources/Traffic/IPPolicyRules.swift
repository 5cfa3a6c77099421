import APITypes
import JSON
import Model
import Store

/// IP policies (`spec/api.md` 3.6). A policy that is deleted takes its rules with it; one
/// that a restriction uses stays.
struct IPPolicyRules: ResourceRules {
    static let shape = ResourceShape.ipPolicies

    func make(_ body: CheckedBody, _ change: inout Change) throws(Failure) -> IPPolicyRecord {
        try Self.refuseAction(body)
        return IPPolicyRecord(created: change.now)
    }

    func update(_ document: inout IPPolicyRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        try Self.refuseAction(body)
    }

    func willDelete(_ stored: Stored<IPPolicyRecord>, _ change: inout Change) async throws(Failure) {
        if let restriction = try await IPRestrictionRules.user(of: stored.id.text, change) {
            throw Failure(.ipPolicyInUse, "The IP restriction \(restriction.id) uses \(stored.id).")
        }
        let rules = try await change.context.store.all(IPPolicyRuleRecord.self, in: change.caller.scope)
        for rule in rules where rule.document.policy == stored.id.text { change.delete(rule) }
    }

    private static func refuseAction(_ body: CheckedBody) throws(Failure) {
        guard body.filledText("action") == nil else {
            throw Failure(.ipPolicyAction, "An IP policy has no action; its rules have.")
        }
    }
}
