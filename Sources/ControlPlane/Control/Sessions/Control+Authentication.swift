import EdgeLink
import Foundation
package import Model
import Secrets
import Store

/// What an agent proved with who it is.
enum AgentCredential: Sendable, Hashable {
    case authtoken(ResourceID<CredentialKind>)
    case personalToken(ResourceID<PersonalAccessTokenKind>)
    case sshKey(ResourceID<SSHCredentialKind>)

    var text: String {
        switch self {
        case .authtoken(let id): id.text
        case .personalToken(let id): id.text
        case .sshKey(let id): id.text
        }
    }
}

/// Whom an agent speaks for.
struct AgentPrincipal: Sendable {
    let credential: AgentCredential
    let account: ResourceID<AccountKind>
    let accountName: String
    /// The user or service user whose credential it is.
    let owner: String
    let rules: AccessRules
}

extension Control {
    package func checkKey(_ fingerprint: String) async throws(Failure) {
        guard try await self.keyProof(of: fingerprint) != nil else { throw Self.unknownKey(fingerprint) }
    }

    /// - Throws: what is wrong with the key or the token, its account or its owner, in this order (`spec/identity.md` 12).
    /// `proven` becomes whose credential it is as soon as the agent has shown that it holds it.
    func authenticate(
        _ request: SessionRequest,
        proving proven: inout ProvenAgent?
    ) async throws(Failure) -> AgentPrincipal {
        if let fingerprint = request.keyFingerprint {
            let proof = try await self.keyProof(of: fingerprint)
            return try await self.principal(proof, proving: &proven, else: Self.unknownKey(fingerprint))
        }
        let token = try SessionGates.authtoken(request.authtoken)
        var proof = try await self.proof(of: token)
        if proof == nil { proof = try await self.personalProof(of: request.authtoken) }
        return try await self.principal(proof, proving: &proven, else: Self.unknown)
    }

    private func principal(
        _ proof: Proof?,
        proving proven: inout ProvenAgent?,
        else unknown: Failure
    ) async throws(Failure) -> AgentPrincipal {
        guard let proof, let id = proof.account else { throw unknown }
        proven = ProvenAgent(account: id, credential: proof.credential, owner: proof.owner)
        guard !proof.isRevoked else { throw .revoked }
        guard
            let account = try await self.patiently({ (store) async throws(StoreError) in
                try await store.get(id, as: AccountRecord.self, in: .platform)
            })
        else { throw unknown }
        guard !account.document.isSuspended else { throw .suspended }
        let owner = try await self.patiently { (store) async throws(StoreError) in
            try await Owners(store: store).find(proof.owner, in: account.id)
        }
        guard owner?.isActive ?? false else { throw .ownerInactive }
        return AgentPrincipal(
            credential: proof.credential,
            account: account.id,
            accountName: account.document.name,
            owner: proof.owner,
            rules: try AccessRules(proof.rules)
        )
    }

    private static var unknown: Failure { Failure(.authtokenUnknown, "This authtoken is not known here.") }

    private static func unknownKey(_ fingerprint: String) -> Failure {
        Failure(.sshKeyUnknown, "The key \(fingerprint) is not registered here.")
    }

    /// What a credential says that was found good.
    private struct Proof {
        let credential: AgentCredential
        let account: ResourceID<AccountKind>?
        let owner: String
        let rules: [String]
        var isRevoked = false
    }

    /// nil when there is no authtoken of this name.
    private func proof(of token: Authtoken) async throws(Failure) -> Proof? {
        let found = try await self.patiently { (store) async throws(StoreError) in
            try await store.get(token.credential, as: CredentialRecord.self, in: .platform)
        }
        guard let found else { return nil }
        guard found.document.hash.matches(token.secret) else { throw Self.unknown }
        return Proof(
            credential: .authtoken(found.id),
            account: found.owner,
            owner: found.document.user,
            rules: found.document.rules,
            isRevoked: found.document.revoked != nil
        )
    }

    /// nil when there is no personal access token of this name.
    private func personalProof(of secret: Secret) async throws(Failure) -> Proof? {
        guard let token = try? BearerToken<PersonalAccessTokenKind>(parsing: secret) else { return nil }
        let found = try await self.patiently { (store) async throws(StoreError) in
            try await store.get(token.id, as: PersonalAccessTokenRecord.self, in: .platform)
        }
        guard let found else { return nil }
        guard found.document.hash.matches(secret) else { throw Self.unknown }
        return Proof(
            credential: .personalToken(found.id),
            account: found.owner,
            owner: found.document.owner,
            rules: [],
            isRevoked: !found.document.isGood(at: self.now())
        )
    }

    /// nil when no account has registered the key.
    private func keyProof(of fingerprint: String) async throws(Failure) -> Proof? {
        let found = try await self.patiently { (store) async throws(StoreError) in
            try await store.find(SSHCredentialRecord.self, "key", fingerprint, in: .platform)
        }
        guard let found else { return nil }
        return Proof(
            credential: .sshKey(found.id),
            account: found.owner,
            owner: found.document.ownerID,
            rules: found.document.rules
        )
    }
}
