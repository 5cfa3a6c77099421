import APITypes
package import Foundation
import JSON
package import Model
package import Secrets
package import Store

/// A personal access token, without the token.
package struct PersonalAccessTokenRecord: ResourceDocument {
    package typealias Kind = PersonalAccessTokenKind
    package static let recordKind = RecordKind("personal_access_token")

    package var hash: TokenHash
    /// The user whose rights it has.
    package var owner: String
    /// When it is good no more; nil for never.
    package var expires: Date?
    /// When it was revoked; nil while it is good.
    package var revoked: Date?
    package var description = ""
    package var created: Date

    func isGood(at now: Date) -> Bool { self.revoked == nil && self.expires.map { now < $0 } ?? true }
}

/// Personal access tokens (`spec/api.md` 4.5). Those of others are an administrator's business.
struct PersonalAccessTokenRules: ResourceRules {
    static let shape = ResourceShape.personalAccessTokens

    /// Of one user.
    private static let limit = 100

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> PersonalAccessTokenRecord {
        guard case .user(let owner) = change.caller.principal.owner else {
            throw Failure(.personalTokenOwner, "\(change.caller.principal.subject) is a service user.")
        }
        let expires = body.time("expires_at")
        if let expires, expires <= change.now {
            throw Failure(.personalTokenExpiry, "expires_at is \(expires.rfc3339).")
        }
        let all = try await change.context.store.all(PersonalAccessTokenRecord.self, in: change.caller.scope)
        let count = all.count { $0.document.owner == owner.text && $0.document.revoked == nil }
        guard count < Self.limit else {
            throw Failure(.personalTokenLimit, "\(change.caller.principal.subject) has \(count) of them.")
        }
        let token = BearerToken<PersonalAccessTokenKind>.new(named: change.name)
        change.shown["token"] = .string(token.secret.reveal())
        return PersonalAccessTokenRecord(
            hash: TokenHash(of: token.secret),
            owner: owner.text,
            expires: expires,
            created: change.now
        )
    }

    func update(_ document: inout PersonalAccessTokenRecord, _ body: CheckedBody, _ change: inout Change)
        throws(Failure)
    {
        try Self.checkOwner(of: document, change)
    }

    func willDelete(_ stored: Stored<PersonalAccessTokenRecord>, _ change: inout Change) throws(Failure) {
        try Self.checkOwner(of: stored.document, change)
    }

    func perform(
        _ call: OperationCall,
        on document: inout PersonalAccessTokenRecord,
        _ change: inout Change
    ) throws(Failure) {
        try Self.checkOwner(of: document, change)
        document.revoked = document.revoked ?? change.now
    }

    private static func checkOwner(of document: PersonalAccessTokenRecord, _ change: Change) throws(Failure) {
        let principal = change.caller.principal
        guard document.owner == principal.owner.id || principal.rights.isAdministrator else {
            throw Failure(.apiAdministratorNeeded, "The token is another user's.")
        }
    }

    func members(of stored: Stored<PersonalAccessTokenRecord>, _ view: ResourceView) -> [String: JSONValue] {
        ["expires_at": .time(stored.document.expires), "revoked_at": .time(stored.document.revoked)]
    }
}
