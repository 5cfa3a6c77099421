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
            return Outcome(write: .save(stored), before: nil, after: after, id: id.text, document: document)
        }
    }

    func update(_ id: String, _ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.changing(caller) { (change) async throws(Failure) in
            var stored = try await self.stored(id, caller)
            guard !body.isEmpty else {
                throw Failure(self.shape.nothingToChange, "The request changes nothing.")
            }
            let before = try await self.show(stored, to: caller)
            try await self.rules.update(&stored.document, body, &change)
            stored.document.description = body.text("description") ?? stored.document.description
            stored.document.metadata = body.text("metadata") ?? stored.document.metadata
            let after = try await self.show(stored, to: caller)
            return Outcome(
                write: .save(stored),
                before: before,
                after: after,
                id: stored.id.text,
                document: stored.document
            )
        }
    }

    func delete(_ id: String, by caller: Caller) async throws(Failure) {
        _ = try await self.changing(caller) { (change) async throws(Failure) in
            let stored = try await self.stored(id, caller)
            let before = try await self.show(stored, to: caller)
            try await self.rules.willDelete(stored, &change)
            return Outcome(
                write: .delete(stored),
                before: before,
                after: nil,
                id: stored.id.text,
                document: stored.document
            )
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
            let before = try await self.show(stored, to: caller)
            try await self.rules.perform(call, on: &stored.document, &change)
            let after = try await self.show(stored, to: caller)
            return Outcome(
                write: .save(stored),
                before: before,
                after: after,
                id: stored.id.text,
                document: stored.document
            )
        }
        guard case .object? = operation?.answer else { return nil }
        return after
    }

    // MARK: - Deciding and writing

    private struct Outcome {
        enum Write {
            case save(Stored<Document>)
            case delete(Stored<Document>)
        }

        let write: Write
        let before: JSONObject?
        let after: JSONObject?
        let id: String
        let document: Document
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
            do throws(StoreError) {
                try await self.context.store.commit(self.writes(outcome, change))
            } catch .duplicateKey(let key) {
                guard let failure = try await self.rules.duplicate(key, outcome.document, change) else { continue }
                throw failure
            } catch .conflict {
                continue
            } catch {
                throw Failure(store: error)
            }
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
            object: outcome.id,
            before: outcome.before,
            after: outcome.after
        )
        let own: RecordWrite =
            switch outcome.write {
            case .save(let stored): try .update(stored)
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
}
