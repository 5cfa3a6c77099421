import APITypes
import Foundation
import JSON
import Model
import Secrets
import Store

/// A change, its audit event and what goes with it are written in one step. When others change the same things in
/// between, it is decided anew.
extension StoredResource {
    func create(_ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.changing(caller) { (change) async throws(Failure) in
            var document = try await self.rules.make(body, &change)
            document.description = body.text("description") ?? ""
            document.metadata = body.text("metadata") ?? ""
            document.created = change.now
            let id = ResourceID<Document.Kind>(change.name)
            let stored = Stored(new: document, id, owner: caller.account)
            let after = try await self.show(stored, to: caller)
            return Outcome(write: .save(stored, over: nil), before: nil, after: after)
        }
    }

    func update(_ id: String, _ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.changing(caller) { (change) async throws(Failure) in
            var stored = try await self.stored(id, caller)
            change.target = stored.id.text
            guard !body.isEmpty else {
                throw Failure(self.shape.nothingToChange, "The request changes nothing.")
            }
            let before = try await self.show(stored, to: caller)
            let previous = stored.document
            try await self.rules.update(&stored.document, body, &change)
            stored.document.description = body.text("description") ?? stored.document.description
            stored.document.metadata = body.text("metadata") ?? stored.document.metadata
            let after = try await self.show(stored, to: caller)
            return Outcome(write: .save(stored, over: previous), before: before, after: after)
        }
    }

    func delete(_ id: String, by caller: Caller) async throws(Failure) {
        _ = try await self.changing(caller) { (change) async throws(Failure) in
            let stored = try await self.stored(id, caller)
            change.target = stored.id.text
            let before = try await self.show(stored, to: caller)
            try await self.rules.willDelete(stored, &change)
            return Outcome(write: .delete(stored), before: before, after: nil)
        }
    }

    /// - Returns: the changed resource, or what the rules say, where the shape has an answer.
    func perform(_ call: OperationCall, by caller: Caller) async throws(Failure) -> JSONObject? {
        let operation = self.shape.operations.first { $0.name == call.name }
        guard operation?.method != .get else {
            let view = ResourceView(context: self.context, caller: caller)
            return try await self.rules.read(call, of: try await self.stored(call.id, caller), view)
        }
        let after = try await self.changing(caller) { (change) async throws(Failure) in
            var stored = try await self.stored(call.id, caller)
            change.target = stored.id.text
            let before = try await self.show(stored, to: caller)
            let previous = stored.document
            try await self.rules.perform(call, on: &stored.document, &change)
            let after = try await self.show(stored, to: caller)
            return Outcome(write: .save(stored, over: previous), before: before, after: after)
        }
        guard case .object? = operation?.answer else { return nil }
        return after
    }

    // MARK: - Deciding and writing

    private struct Outcome {
        enum Write {
            /// With the document that was there before; nil for a new resource.
            case save(Stored<Document>, over: Document?)
            case delete(Stored<Document>)
        }

        let write: Write
        let before: JSONObject?
        let after: JSONObject?

        var stored: Stored<Document> {
            switch self.write {
            case .save(let stored, _), .delete(let stored): stored
            }
        }
    }

    /// Decides and writes, again and again until nobody came in between.
    ///
    /// - Returns: the answer.
    private func changing(
        _ caller: Caller,
        _ decide: (inout Change) async throws(Failure) -> Outcome
    ) async throws(Failure) -> JSONObject {
        try caller.mayChange()
        for _ in 0..<Self.attempts {
            var change = Change(context: self.context, caller: caller)
            let outcome = try await decide(&change)
            let revisions: [Revision]
            do throws(StoreError) {
                revisions = try await self.context.store.commit(self.writes(outcome, change))
            } catch .duplicateKey(let key) {
                let document = outcome.stored.document
                guard let failure = try await self.rules.duplicate(key, document, change) else { continue }
                throw failure
            } catch .conflict {
                continue
            } catch {
                throw Failure(store: error)
            }
            try await self.enforce(outcome, at: revisions[0], caller)
            var answer = change.answer ?? outcome.after ?? JSONObject()
            for (name, value) in change.shown { answer.set(name, to: value) }
            return answer
        }
        throw Failure(.apiConflict, "The \(self.shape.name) was changed by others all the time.")
    }

    private static var attempts: Int { 8 }

    private func writes(_ outcome: Outcome, _ change: Change) throws(StoreError) -> [RecordWrite] {
        let event = AuditRecord(
            self.shape.event,
            change.caller,
            at: change.now,
            object: outcome.stored.id.text,
            before: outcome.before,
            after: outcome.after,
            self.context.keys
        )
        let own: RecordWrite =
            switch outcome.write {
            case .save(let stored, _): try .update(stored)
            case .delete(let stored):
                .delete(
                    Document.recordKind,
                    id: stored.id.text,
                    in: change.caller.scope,
                    revision: stored.revision
                )
            }
        return [own] + change.writes + [try .create(event, ResourceID(change.name), owner: change.account)]
    }

    // MARK: - In force

    private func enforce(_ outcome: Outcome, at revision: Revision, _ caller: Caller) async throws(Failure) {
        let written = outcome.stored.written(at: revision)
        switch outcome.write {
        case .delete: try await self.rules.enforce(.deleted(written.id, at: revision), by: caller)
        case .save(_, let previous):
            do throws(Failure) {
                try await self.rules.enforce(.saved(written), by: caller)
            } catch {
                await self.takeBack(outcome, written, previous, caller)
                throw error
            }
        }
    }

    /// Writes what was there before. Where that fails too, the change stays, and its failure has been answered: whoever
    /// looks at the resource sees what is so.
    private func takeBack(
        _ outcome: Outcome,
        _ written: Stored<Document>,
        _ previous: Document?,
        _ caller: Caller
    ) async {
        var stored = written
        if let previous { stored.document = previous }
        let back = Outcome(
            write: previous == nil ? .delete(stored) : .save(stored, over: nil),
            before: outcome.after,
            after: outcome.before
        )
        let change = Change(context: self.context, caller: caller)
        guard let revisions = try? await self.context.store.commit(self.writes(back, change)) else { return }
        stored = stored.written(at: revisions[0])
        // It was in force before; that it cannot be now is what has been answered already.
        let again = previous == nil ? WrittenResource.deleted(stored.id, at: stored.revision) : .saved(stored)
        try? await self.rules.enforce(again, by: caller)
    }
}
