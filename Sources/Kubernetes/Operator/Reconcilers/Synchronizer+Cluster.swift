import KubernetesClient
import Logging

extension Synchronizer {
    func mark(_ claims: Set<ObjectReference>, _ objects: WrittenObjects) async -> Bool {
        let unmarked = claims.compactMap { objects[$0] }.filter {
            !$0.metadata.isBeingDeleted && !$0.metadata.finalizers.contains(TranslationOptions.finalizer)
        }
        return await self.each(unmarked) { (writer, object) throws(ClusterError) in try await writer.mark(object) }
    }

    func release(_ translation: Translation, _ objects: WrittenObjects) async -> Bool {
        let claimed = Set(translation.claims.map(\.uid))
        let unclaimed = objects.marked.filter { !claimed.contains($0.metadata.uid) }
        let isReleased = await self.each(unclaimed) { (writer, object) throws(ClusterError) in
            try await writer.release(object)
        }
        return isReleased ? await self.parts.addresses?.release(keeping: claimed) == nil : false
    }

    /// Reserves the addresses that Services wish for, and writes them down there.
    func reserve(_ wishes: [AddressWish], _ objects: WrittenObjects) async -> Bool {
        guard let addresses = self.parts.addresses, self.parts.isLeading() else { return wishes.isEmpty }
        var isDone = true
        for (object, wishes) in Dictionary(grouping: wishes, by: \.object) {
            guard let object = objects[object] else { continue }
            do {
                var found: [Int: String] = [:]
                for wish in wishes { found[wish.place] = try await addresses.address(for: wish) }
                try await self.writer.note(found, on: object)
            } catch {
                isDone = false
                let note = EventNote(.warning, "FailedToReserveTCPAddr", "\(error)", on: object.reference)
                await self.parts.recorder.record(note)
            }
        }
        return isDone
    }

    func report(_ translation: Translation, _ objects: WrittenObjects) async -> Bool {
        let statuses = translation.statuses.compactMap { status in
            objects[status.object].map { (status, $0) }
        }
        return await self.each(statuses) { (writer, pair) throws(ClusterError) in
            try await writer.write(pair.0, to: pair.1)
        }
    }

    func record(_ translation: Translation, _ problems: [Problem], _ objects: WrittenObjects) async {
        for event in translation.events {
            await self.parts.recorder.record(
                EventNote(.warning, event.reason.rawValue, event.message, on: event.object)
            )
        }
        for broken in self.parts.view.broken {
            await self.parts.recorder.record(EventNote(.warning, "ConfigError", broken.reason, on: broken.object))
        }
        let owned = Dictionary(translation.claims.map { (OwnerID($0.description), $0) }) { first, _ in first }
        for problem in problems {
            for object in problem.owners.compactMap({ owned[$0] }) {
                await self.parts.recorder.record(EventNote(.warning, "UpdateError", problem.message, on: object))
            }
        }
    }

    /// Writes to several objects at the same time, for as long as we lead.
    private func each<Value: Sendable>(
        _ values: [Value],
        _ write: @escaping @Sendable (ObjectWriter, Value) async throws(ClusterError) -> Void
    ) async -> Bool {
        let (writer, isLeading, logger) = (self.writer, self.parts.isLeading, self.logger)
        return await withTaskGroup(of: Bool.self) { group in
            var isDone = true
            var waiting = values.makeIterator()
            func begin() {
                guard let value = waiting.next() else { return }
                group.addTask {
                    guard isLeading() else { return false }
                    do {
                        try await write(writer, value)
                        return true
                    } catch {
                        logger.debug("object is not written", metadata: ["error": "\(error)"])
                        return false
                    }
                }
            }
            for _ in 0..<10 { begin() }
            while let result = await group.next() {
                if !result { isDone = false }
                begin()
            }
            return isDone
        }
    }
}
