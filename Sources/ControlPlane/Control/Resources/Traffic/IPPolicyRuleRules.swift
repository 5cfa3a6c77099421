import APITypes
import Addressing
import JSON
import Model
import Store

/// The rules of IP policies (`spec/api.md` 3.6).
struct IPPolicyRuleRules: ResourceRules {
    static let shape = ResourceShape.ipPolicyRules

    let control: Control

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> IPPolicyRuleRecord {
        let id = body.text("ip_policy_id") ?? ""
        guard let policy = try await change.find(id, as: IPPolicyRecord.self) else {
            throw Failure(.ipRulePolicyMissing, "The account has no IP policy \"\(id.prefix(64))\".")
        }
        // A rule must not outlive a policy that is deleted at the same moment.
        try change.rely(on: policy)
        guard let action = IPPolicyRuleRecord.Action(rawValue: body.text("action") ?? "") else {
            throw Failure(.ipRuleAction, "\"\((body.text("action") ?? "").prefix(50))\" is no action.")
        }
        let range = body.text("cidr") ?? ""
        return IPPolicyRuleRecord(
            policy: policy.id.text,
            range: range,
            normalized: "\(try Self.prefix(range))",
            action: action,
            created: change.now
        )
    }

    func update(_ document: inout IPPolicyRuleRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        guard let range = body.text("cidr") else { return }
        document.normalized = "\(try Self.prefix(range))"
        document.range = range
    }

    func willDelete(_ stored: Stored<IPPolicyRuleRecord>, _ change: inout Change) async throws(Failure) {
        let id = stored.document.policy
        guard let policy = try await change.find(id, as: IPPolicyRecord.self) else { return }
        // Neither may another take the last rule but this at the same moment, nor a restriction the policy.
        try change.rely(on: policy)
        let rules = try await change.context.store.all(IPPolicyRuleRecord.self, in: change.caller.scope)
        guard rules.count(where: { $0.document.policy == id }) == 1,
            let restriction = try await IPRestrictionRules.user(of: id, change)
        else { return }
        throw Failure(
            .ipRuleLastOfRestriction,
            "The rule is the last of \(id), which the IP restriction \(restriction.id) uses."
        )
    }

    func members(of stored: Stored<IPPolicyRuleRecord>, _ view: ResourceView) -> [String: JSONValue] {
        [
            "cidr": .string(stored.document.range),
            "ip_policy": view.reference(to: stored.document.policy, .ipPolicies),
            "action": .string(stored.document.action.rawValue),
        ]
    }

    /// A restriction may use the rule's policy.
    func enforce(_ written: WrittenResource<IPPolicyRuleRecord>, by caller: Caller) async {
        await self.control.restrict([caller.account])
    }

    func duplicate(_ key: String, _ document: IPPolicyRuleRecord, _ change: Change) -> Failure? {
        Failure(.ipRuleRepeated, "\(document.policy) has a rule for \(document.normalized) already.")
    }

    private static func prefix(_ text: String) throws(Failure) -> IPPrefix {
        let prefix: IPPrefix
        do throws(IPAddressError) {
            prefix = try IPPrefix(parsing: text)
        } catch {
            throw Failure(.ipRuleRange, "\(error)", cause: error)
        }
        guard text.contains("/") else {
            throw Failure(.ipRuleLength, "\"\(text)\" has no length, as \(prefix) has.")
        }
        guard !prefix.hadHostBits else {
            throw Failure(.ipRuleHostBits, "\"\(text)\" does not begin at its lowest address, as \(prefix) does.")
        }
        return prefix
    }
}
