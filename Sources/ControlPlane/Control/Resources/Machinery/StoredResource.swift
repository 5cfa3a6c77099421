import APITypes
import Foundation
import JSON
import Model
import Store

/// Resources of one kind that lie in the store: what all of them have in common, around the rules of each.
struct StoredResource<Rules: ResourceRules>: APIResource {
    typealias Document = Rules.Document

    /// How many documents one list looks at; a filter that few pass gives short pages, never long waits.
    private static var scanLimit: Int { 5000 }

    let rules: Rules
    let context: ResourceContext

    var shape: ResourceShape { Rules.shape }

    // MARK: - Reading

    func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.show(self.stored(id, caller), to: caller)
    }

    func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage {
        try await self.list(query, by: caller, inside: nil)
    }

    func list(
        _ call: OperationCall,
        _ query: ListQuery,
        by caller: Caller
    ) async throws(Failure) -> ListPage {
        let stored = try await self.stored(call.id, caller)
        return try await self.rules.list(call, in: stored, query, ResourceView(context: self.context, caller: caller))
    }

    /// Those alone that `isInside` is true of; all where it is nil.
    func list(
        _ query: ListQuery,
        by caller: Caller,
        inside isInside: ((Document) -> Bool)?
    ) async throws(Failure) -> ListPage {
        let filter = try query.filter.map { (text) throws(Failure) in
            try ListFilter(text, of: self.shape, now: self.context.now())
        }
        var found = ListPage(items: [], next: nil)
        var before = query.beforeID
        var looked = 0
        while true {
            let page = Page(
                before: before,
                limit: filter == nil && isInside == nil ? query.limit - found.items.count + 1 : Page.limits.upperBound
            )
            let batch = try await self.batch(page, caller)
            for stored in batch {
                guard found.items.count < query.limit, looked < Self.scanLimit else {
                    found.next = before
                    return found
                }
                looked += 1
                before = stored.id.text
                guard isInside?(stored.document) ?? true else { continue }
                let object = try await self.show(stored, to: caller)
                if filter?.matches(object) ?? true { found.items.append(object) }
            }
            guard batch.count == page.limit else { return found }
        }
    }

    private func batch(_ page: Page, _ caller: Caller) async throws(Failure) -> [Stored<Document>] {
        do throws(StoreError) {
            return try await self.context.store.list(Document.self, in: caller.scope, page)
        } catch {
            throw Failure(store: error)
        }
    }

    /// - Throws: `apiIdentifierPrefix`, or `Rules.unknown` when the caller's account has none of this identifier.
    func stored(_ id: String, _ caller: Caller) async throws(Failure) -> Stored<Document> {
        guard let id = ResourceID<Document.Kind>(try self.shape.checkedID(id)),
            let stored = try await self.context.store.found(id, as: Document.self, in: caller.scope)
        else { throw Failure(Rules.unknown, "The account has no \(self.shape.name) \(id.prefix(64)).") }
        return stored
    }

    /// The resource as answers show it.
    func show(_ stored: Stored<Document>, to caller: Caller) async throws(Failure) -> JSONObject {
        let view = ResourceView(context: self.context, caller: caller)
        var members = try await self.rules.members(of: stored, view)
        members["id"] = .string(stored.id.text)
        members["uri"] = .string(view.uri(self.shape, stored.id.text))
        members["created_at"] = .time(stored.document.created)
        members["description"] = .string(stored.document.description)
        members["metadata"] = .string(stored.document.metadata)
        return self.shape.answer(members)
    }
}
