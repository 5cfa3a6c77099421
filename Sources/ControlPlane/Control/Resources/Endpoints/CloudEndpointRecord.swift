package import Foundation
package import Model
package import Secrets
package import Store

/// An endpoint without an agent: its policy alone serves it (`spec/endpoints.md` 2).
package struct CloudEndpointRecord: ResourceDocument {
    package typealias Kind = EndpointKind
    package static let recordKind = RecordKind("cloud_endpoint")

    /// The account, again: it makes internal names unique in it alone.
    package var account: String
    /// In the one form that URLs have.
    package var url: String
    package var binding: EndpointBinding
    package var isPooled: Bool
    /// The policy as it was given, sealed for this endpoint; nil only in a record of an earlier version.
    private var sealedPolicy: String?
    /// The policy in the clear, as earlier versions kept it; nil once it is sealed.
    private var policy: String?
    /// The user or service user who made it.
    package var principal: String
    /// What it contends for with others of its binding: those whose places are equal share it or exclude each other.
    package var place: String
    /// The reserved domain that the host belongs to; nil where none is needed.
    package var domain: String?
    /// The reserved TCP address that it has.
    package var address: String?
    package var description = ""
    package var metadata = ""
    package var created: Date
    package var updated: Date

    package init(
        _ id: ResourceID<EndpointKind>,
        account: String,
        url: String,
        binding: EndpointBinding,
        isPooled: Bool,
        policy: String,
        principal: String,
        place: String,
        at now: Date,
        _ keys: SealingKeyring
    ) {
        self.account = account
        self.url = url
        self.binding = binding
        self.isPooled = isPooled
        self.principal = principal
        self.place = place
        self.created = now
        self.updated = now
        self.setPolicy(policy, of: id, keys)
    }

    /// Members of a pool stand beside each other; who shares with nobody is alone, whichever node was asked.
    package var uniqueKeys: [String: String] {
        guard !self.isPooled else { return [:] }
        guard self.binding.isPerAccount else { return ["place": self.place] }
        return ["place": "\(self.account) \(self.binding.rawValue) \(self.place)"]
    }
}

// MARK: - The policy

/// A policy may hold secrets anywhere: credentials, keys, tokens in headers and in expressions. All of it is sealed.
extension CloudEndpointRecord {
    /// What was sealed for one endpoint does not open in another.
    private static func purpose(_ id: String) -> SealPurpose { SealPurpose("policy of \(id)") }

    package mutating func setPolicy(_ text: String, of id: ResourceID<EndpointKind>, _ keys: SealingKeyring) {
        self.sealedPolicy = keys.seal(Array(text.utf8), for: Self.purpose(id.text))
        self.policy = nil
    }

    /// The document as it was given.
    ///
    /// - Throws: `endpointPolicySealed` when no key of the edge sealed it.
    package func policy(of id: ResourceID<EndpointKind>, _ keys: SealingKeyring) throws(Failure) -> String {
        guard let sealed = self.sealedPolicy else { return self.policy ?? "" }
        do throws(SealError) {
            return String(decoding: try keys.open(sealed, for: Self.purpose(id.text)), as: UTF8.self)
        } catch {
            throw Failure(error, .endpointPolicySealed, "The policy of \(id)")
        }
    }
}

extension CloudEndpointRecord: SealedDocument {
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        let (keys, purpose) = (seals.keys, Self.purpose(seals.id))
        guard let old = self.sealedPolicy else {
            self.sealedPolicy = keys.seal(Array((self.policy ?? "").utf8), for: purpose)
            self.policy = nil
            return true
        }
        guard let sealed = try keys.resealed(old, for: purpose) else { return false }
        self.sealedPolicy = sealed
        return true
    }
}
