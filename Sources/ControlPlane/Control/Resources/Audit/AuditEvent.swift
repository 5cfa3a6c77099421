internal import APITypes
package import Events
package import Foundation
package import JSON
package import Model
internal import Secrets
package import Store

/// Where somebody was who did something.
package enum AuditSource: String, Sendable {
    case api = "API"
    case dashboard = "Dashboard"
    case agent = "Agent"

    init(of caller: Caller) {
        if case .dashboard = caller.principal.credential { self = .dashboard } else { self = .api }
    }
}

/// Who did something that is recorded without a call of the API.
struct AuditActor: Sendable {
    /// The user or service user; empty where nobody is known.
    var principal = ""
    var subject = ""
    /// The credential that was used; empty for none.
    var credential = ""
    var address = ""
    var source: AuditSource
}

/// What somebody did, as people are shown it.
package struct AuditEvent: Sendable, Equatable {
    package let id: ResourceID<EventKind>
    package let account: ResourceID<AccountKind>?
    /// `ip_policy_created.v0`.
    package let type: String
    package let time: Date
    /// The user or service user, and by what name people know it.
    package let principal: String
    package let subject: String
    package let source: AuditSource
    /// The API key, token or authtoken that was used; empty for none.
    package let credential: String
    /// The call of the API; empty where it was none.
    package let operation: String
    /// Where it came from; empty where nobody knows.
    package let address: String
    /// The identifier of what it was done to.
    package let object: String
    /// The resource without its secrets; nil where it was made, or nothing was changed.
    package let before: JSONObject?
    /// Nil where it was deleted.
    package let after: JSONObject?

    init(_ stored: Stored<AuditRecord>) {
        let record = stored.document
        self.id = stored.id
        self.account = stored.owner
        self.type = record.type
        self.time = record.time
        self.principal = record.principal
        self.subject = record.subject
        self.source = record.source.flatMap(AuditSource.init) ?? .api
        self.credential = record.key
        self.operation = record.operation
        self.address = record.address
        self.object = record.object
        self.before = Self.object(record.before)
        self.after = Self.object(record.after)
    }

    /// The event that a record of the store is; nil where it is none, or one of a later version.
    package init?(record: Record) {
        guard record.kind == AuditRecord.recordKind, let stored = try? Stored<AuditRecord>(record) else { return nil }
        self.init(stored)
    }

    /// The edge wrote it as JSON.
    private static func object(_ text: String?) -> JSONObject? {
        text.flatMap { try? JSONValue(reading: Array($0.utf8)).object }
    }

    /// As subscribers get it. Addresses of the API in it begin with `apiURL`, which has no slash at its end.
    package func envelope(apiURL: String) -> EventEnvelope {
        let shape: ResourceShape? =
            switch self.credential.prefix(while: { $0 != "_" }) {
            case "ak": .apiKeys
            case "pat": .personalAccessTokens
            case "cr": .credentials
            case "sshcr": .sshCredentials
            default: nil
            }
        let credential: JSONValue =
            shape.map {
                ["id": .string(self.credential), "uri": .string("\(apiURL)/\($0.path)/\(self.credential)")]
            } ?? .null
        return EventEnvelope(
            id: self.id,
            type: self.type,
            time: self.time,
            account: self.account,
            principal: [
                "id": .string(self.principal), "subject": .string(self.subject),
                "source": .string(self.source.rawValue), "credential": credential,
            ],
            object: self.after ?? self.before ?? JSONObject()
        )
    }
}

/// Which audit events are asked for.
package struct AuditQuery: Sendable {
    /// Older than the event of this identifier; nil for the newest.
    package var before: String?
    package var limit = 100
    /// Those whose type begins so: `ip_policy`; empty for all.
    package var type = ""
    /// Those of this user or service user; empty for all.
    package var principal = ""
    /// Those of this resource; empty for all.
    package var object = ""

    package init() {}

    func matches(_ record: AuditRecord) -> Bool {
        record.type.hasPrefix(self.type) && (self.principal.isEmpty || record.principal == self.principal)
            && (self.object.isEmpty || record.object == self.object)
    }
}

/// A part of the audit events of an account, the newest first.
package struct AuditPage: Sendable {
    package let events: [AuditEvent]
    /// What comes `before` in the query of the next page; nil where there is none.
    package let next: String?
}

extension Control {
    /// How many events one query looks at; one that few of them match gives a short page, never a long wait.
    private static var auditScanLimit: Int { 5000 }

    /// Events as they happen, for those who look.
    package nonisolated var liveEvents: EventBroadcast { self.configuration.liveEvents }

    /// The audit events of an account.
    package nonisolated func auditEvents(
        of account: ResourceID<AccountKind>,
        _ query: AuditQuery = AuditQuery()
    ) async throws(Failure) -> AuditPage {
        let wanted = min(max(query.limit, 1), Page.limits.upperBound)
        var found: [AuditEvent] = []
        var before = query.before
        var looked = 0
        do throws(StoreError) {
            while looked < Self.auditScanLimit {
                let page = Page(before: before, limit: Page.limits.upperBound)
                let batch = try await self.store.list(AuditRecord.self, in: .account(account), page)
                for stored in batch {
                    guard found.count < wanted else { return AuditPage(events: found, next: before) }
                    looked += 1
                    before = stored.id.text
                    if query.matches(stored.document) { found.append(AuditEvent(stored)) }
                }
                guard batch.count == page.limit else { return AuditPage(events: found, next: nil) }
            }
        } catch {
            throw Failure(store: error)
        }
        return AuditPage(events: found, next: before)
    }

    /// Records that a user has logged in to the dashboard.
    package nonisolated func noteLogin(
        of user: ResourceID<UserKind>,
        email: String,
        in account: ResourceID<AccountKind>,
        from address: String
    ) async throws(Failure) {
        let actor = AuditActor(principal: user.text, subject: email, address: address, source: .dashboard)
        let object: JSONObject = [
            "account_id": .string(account.text), "user_id": .string(user.text), "remote_addr": .string(address),
            "email": .string(email),
        ]
        let now = self.now()
        let record = AuditRecord("user_login.v0", by: actor, at: now, of: user.text, object)
        do throws(StoreError) {
            let id = ResourceID<EventKind>(KSUID(at: Int64(now.timeIntervalSince1970)))
            try await self.store.commit([.create(record, id, owner: account)])
        } catch {
            throw Failure(store: error)
        }
    }
}
