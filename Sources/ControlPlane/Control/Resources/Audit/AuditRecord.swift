package import Foundation
internal import JSON
package import Model
internal import Secrets
package import Store

/// That someone changed something: who, what, from where, before and after (`spec/observability.md` 2.2).
///
/// It is written in the same step as the change, so that neither is there without the other. Secrets are in neither
/// picture: answers do not show them, and of policies, which may hold some anywhere, there is a mark in place of the text.
package struct AuditRecord: StoredDocument {
    package typealias Kind = EventKind
    package static let recordKind = RecordKind("audit_event")

    /// `ip_policy_created.v0`.
    package var type: String
    package var time: Date
    /// The user or service user.
    package var principal: String
    /// The e-mail address of a user, the name of a service user.
    package var subject: String
    /// The API key or personal access token that was used.
    package var key: String
    package var operation: String
    /// The caller's address; empty where it has none.
    package var address: String
    /// Where they did it: `API`, `Dashboard` or `Agent`; nil for the API, in events of earlier versions.
    package var source: String?
    /// The identifier of what was changed.
    package var object: String
    /// The resource as JSON; nil when it was made.
    package var before: String?
    /// The resource as JSON; nil when it was deleted.
    package var after: String?

    init(
        _ stem: String,
        _ caller: Caller,
        at time: Date,
        object: String,
        before: JSONObject?,
        after: JSONObject?,
        _ keys: SealingKeyring
    ) {
        let action = before == nil ? "created" : after == nil ? "deleted" : "updated"
        self.init(type: "\(stem)_\(action).v0", caller, at: time, object: object)
        self.before = before.map { JSONValue.object(Self.redacted($0, keys)).text }
        self.after = after.map { JSONValue.object(Self.redacted($0, keys)).text }
    }

    /// That someone asked for something of an object, which is as `object` shows it.
    init(_ type: String, _ caller: Caller, at time: Date, of id: String, _ object: JSONObject) {
        self.init(type: type, caller, at: time, object: id)
        self.after = JSONValue.object(object).text
    }

    /// What somebody did at the edge that changes nothing that is stored.
    init(_ type: String, by actor: AuditActor, at time: Date, of id: String, _ object: JSONObject) {
        self.type = type
        self.time = time
        self.principal = actor.principal
        self.subject = actor.subject
        self.key = actor.credential
        self.operation = ""
        self.address = actor.address
        self.source = actor.source.rawValue
        self.object = id
        self.after = JSONValue.object(object).text
    }

    private init(type: String, _ caller: Caller, at time: Date, object: String) {
        self.type = type
        self.time = time
        self.principal = caller.principal.owner.id
        self.subject = caller.principal.subject
        self.key = caller.principal.credential.id
        self.operation = caller.operation.text
        self.address = caller.address.map { "\($0)" } ?? ""
        self.source = AuditSource(of: caller).rawValue
        self.object = object
    }
}
