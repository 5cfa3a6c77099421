package import Foundation
package import Model
package import Store

/// A list of address ranges, which lie in records of their own.
package struct IPPolicyRecord: ResourceDocument {
    package typealias Kind = IPPolicyKind
    package static let recordKind = RecordKind("ip_policy")

    package var description = ""
    package var metadata = ""
    package var created: Date
}

/// One range of an IP policy.
package struct IPPolicyRuleRecord: ResourceDocument {
    package typealias Kind = IPPolicyRuleKind
    package static let recordKind = RecordKind("ip_policy_rule")

    package enum Action: String, Codable, Sendable {
        case allow, deny
    }

    package var policy: String
    /// As it was given, since clients compare it by its text.
    package var range: String
    /// The range in its one form.
    package var normalized: String
    package var action: Action
    package var description = ""
    package var metadata = ""
    package var created: Date

    package var uniqueKeys: [String: String] { ["range": "\(self.policy) \(self.normalized)"] }
}
