import APITypes
package import Foundation
import JSON
package import Model
package import Store

/// Which addresses may use a part of an account.
package struct IPRestrictionRecord: ResourceDocument {
    package typealias Kind = IPRestrictionKind
    package static let recordKind = RecordKind("ip_restriction")

    /// What may be restricted.
    package enum Part: String, Codable, Sendable, CaseIterable {
        case dashboard, api, agent, endpoints
    }

    package var part: Part
    package var isEnforced: Bool
    /// Identifiers of IP policies, at least one.
    package var policies: [String]
    package var description = ""
    package var metadata = ""
    package var created: Date
    /// Allows one of each part in an account.
    package var account: String

    package var uniqueKeys: [String: String] { ["type": "\(self.account) \(self.part.rawValue)"] }
}

/// IP restrictions (`spec/api.md` 3.6). Their IP policies cannot be deleted, nor the last rule of one.
struct IPRestrictionRules: ResourceRules {
    static let shape = ResourceShape.ipRestrictions

    let control: Control

    private static let policyLimit = 100

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> IPRestrictionRecord {
        let type = body.text("type") ?? ""
        guard let part = IPRestrictionRecord.Part(rawValue: type) else {
            throw Failure(.restrictionType, "\"\(type.prefix(50))\" is no type of an IP restriction.")
        }
        let policies = body.texts("ip_policy_ids") ?? []
        guard !policies.isEmpty else { throw Failure(.restrictionPolicyMissing, "ip_policy_ids is empty.") }
        return IPRestrictionRecord(
            part: part,
            isEnforced: body.flag("enforced") ?? false,
            policies: try await Self.checked(policies, &change),
            created: change.now,
            account: change.account.text
        )
    }

    func update(
        _ document: inout IPRestrictionRecord,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure) {
        document.isEnforced = body.flag("enforced") ?? document.isEnforced
        // Clients send an empty list for "unchanged".
        if let policies = body.texts("ip_policy_ids"), !policies.isEmpty {
            document.policies = try await Self.checked(policies, &change)
        }
    }

    /// The policies, each once; the change fails when one of them is deleted before it is done.
    private static func checked(_ ids: [String], _ change: inout Change) async throws(Failure) -> [String] {
        var found: [String] = []
        for id in ids where !found.contains(id) {
            guard found.count < Self.policyLimit else {
                throw Failure(.restrictionTooManyPolicies, "\(ids.count) IP policies are given.")
            }
            guard let policy = try await change.find(id, as: IPPolicyRecord.self) else {
                throw Failure(.restrictionPolicyUnknown, "The account has no IP policy \"\(id.prefix(64))\".")
            }
            try change.rely(on: policy)
            found.append(policy.id.text)
        }
        return found
    }

    func members(of stored: Stored<IPRestrictionRecord>, _ view: ResourceView) -> [String: JSONValue] {
        [
            "type": .string(stored.document.part.rawValue),
            "enforced": .bool(stored.document.isEnforced),
            "ip_policies": .array(stored.document.policies.map { view.reference(to: $0, .ipPolicies) }),
        ]
    }

    func enforce(_ written: WrittenResource<IPRestrictionRecord>, by caller: Caller) async {
        await self.control.restrict([caller.account])
    }

    func duplicate(_ key: String, _ document: IPRestrictionRecord, _ change: Change) -> Failure? {
        Failure(.restrictionTypeTaken, "There is an IP restriction of the type \(document.part.rawValue) already.")
    }

    /// The restriction that names an IP policy; nil for none.
    static func user(of policy: String, _ change: Change) async throws(Failure) -> Stored<IPRestrictionRecord>? {
        try await change.context.store.all(IPRestrictionRecord.self, in: change.caller.scope)
            .first { $0.document.policies.contains(policy) }
    }
}
