import APITypes
import Foundation
import JSON
import Model
import Secrets
import Store

/// What rules have at hand: the store and the settings of the edge.
struct ResourceContext: Sendable {
    let store: any RecordStore
    let configuration: Control.Configuration
    let keys: SealingKeyring
    let workshop: KeyWorkshop
    let now: @Sendable () -> Date
}

/// A change that is being made: who makes it, and what will be written beside the resource itself.
///
/// It may be begun again when others change the same things meanwhile; rules therefore do nothing but read and add to
/// it.
struct Change: Sendable {
    let context: ResourceContext
    let caller: Caller
    let now: Date
    /// Names a resource that is made.
    let name: KSUID
    /// The identifier of the resource that is changed or deleted; nil while one is made.
    var target: String?

    /// Written in the same step as the resource, or not at all.
    var writes: [RecordWrite] = []
    /// Members of this one answer alone: what is shown once.
    var shown: [String: JSONValue] = [:]
    /// What an operation is answered with in place of the resource; nil for the resource.
    var answer: JSONObject?

    init(context: ResourceContext, caller: Caller) {
        self.context = context
        self.caller = caller
        self.now = context.now()
        self.name = KSUID(at: Int64(self.now.timeIntervalSince1970))
    }

    var account: ResourceID<AccountKind> { self.caller.account }

    /// The document of this identifier, if it is the caller's; nil for none.
    func find<Document>(
        _ id: String,
        as type: Document.Type = Document.self
    ) async throws(Failure) -> Stored<Document>? {
        guard let id = ResourceID<Document.Kind>(id) else { return nil }
        return try await self.context.store.found(id, as: type, in: self.caller.scope)
    }

    /// Makes the change fail, to be tried again, when `stored` is written before it is done: what the change relies
    /// on still holds when it is made.
    mutating func rely<Document>(on stored: Stored<Document>) throws(Failure) {
        do throws(StoreError) {
            self.writes.append(try .update(stored))
        } catch {
            throw Failure(store: error)
        }
    }

    /// Deletes `stored` with the change.
    mutating func delete<Document>(_ stored: Stored<Document>) {
        self.writes.append(
            .delete(Document.recordKind, id: stored.id.text, in: self.caller.scope, revision: stored.revision)
        )
    }
}

extension RecordStore {
    /// nil where there is none in `scope`.
    func found<Document>(
        _ id: ResourceID<Document.Kind>,
        as type: Document.Type = Document.self,
        in scope: Scope
    ) async throws(Failure) -> Stored<Document>? {
        do throws(StoreError) {
            return try await self.get(id, as: type, in: scope)
        } catch .notFound {
            return nil
        } catch {
            throw Failure(store: error)
        }
    }

    /// The document that has `value` under the unique key `key`; nil where there is none in `scope`.
    func found<Document: StoredDocument>(
        _ type: Document.Type,
        _ key: String,
        _ value: String,
        in scope: Scope
    ) async throws(Failure) -> Stored<Document>? {
        do throws(StoreError) {
            return try await self.find(type, key, value, in: scope)
        } catch .notFound {
            return nil
        } catch {
            throw Failure(store: error)
        }
    }

    /// All documents of one type in `scope`, the newest first, in pages.
    func all<Document: StoredDocument>(
        _ type: Document.Type,
        in scope: Scope
    ) async throws(Failure) -> [Stored<Document>] {
        var found: [Stored<Document>] = []
        do throws(StoreError) {
            while true {
                let page = Page(before: found.last?.id.text, limit: Page.limits.upperBound)
                let next = try await self.list(type, in: scope, page)
                found += next
                guard next.count == page.limit else { return found }
            }
        } catch {
            throw Failure(store: error)
        }
    }
}

extension Failure {
    /// What a store's error is to a caller of the API.
    init(store error: StoreError) {
        switch error {
        case .notFound: self.init(.apiUnknown, "There is no such resource.", cause: error)
        case .conflict, .duplicateKey:
            self.init(.apiConflict, "The resource was changed meanwhile.", detail: "\(error)", cause: error)
        case .unavailable:
            self.init(.apiStoreAway, "The database does not answer.", detail: "\(error)", cause: error)
        case .refused(let reason):
            self.init(.apiValueRefused, "The database does not take it: \(reason).", cause: error)
        case .forgotten, .unreadable:
            self.init(.apiInternalError, "The database gave something else.", detail: "\(error)", cause: error)
        }
    }
}
