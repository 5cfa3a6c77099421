import Foundation
import JSON
package import Logging

/// Writes notes as events of the cluster, where `kubectl describe` shows them. An event that cannot be written is lost:
/// what it says is in conditions and in the log too.
package actor EventRecorder {
    private let client: ClusterClient
    private let component: String
    private let instance: String
    private let logger: Logger
    private let type = ResourceType(ResourceKind("", ["v1"], "Event", "events"), version: "v1")
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var ledger = EventLedger()
    /// Of this process: events of another one have other names.
    private let suffix = String(UInt64.random(in: .min ... .max), radix: 16)

    /// - Parameters:
    ///   - client: whom it tells.
    ///   - component: who tells, as people see it.
    ///   - instance: which process of these.
    ///   - logger: is told of events that are lost.
    package init(_ client: ClusterClient, component: String, instance: String, logger: Logger) {
        self.client = client
        self.component = component
        self.instance = instance
        self.logger = logger
        self.start = self.clock.now
    }

    package func record(_ note: EventNote) async {
        do {
            switch self.ledger.note(note, now: self.clock.now - self.start) {
            case .skip: return
            case .create(let number): try await self.create(note, self.name(of: note, number))
            case .recount(let number, let count): try await self.recount(note, self.name(of: note, number), count)
            }
        } catch {
            self.ledger.failed(note)
            self.logger.debug(
                "event is lost",
                metadata: ["event.reason": "\(note.reason)", "object": "\(note.object)", "error": "\(error)"]
            )
        }
    }

    private func namespace(of note: EventNote) -> String {
        note.object.key.namespace.isEmpty ? "default" : note.object.key.namespace
    }

    private func name(of note: EventNote, _ number: UInt64) -> String {
        "\(note.object.key.name.prefix(200)).\(self.suffix)\(String(number, radix: 16))"
    }

    private func create(_ note: EventNote, _ name: String) async throws(ClusterError) {
        let now = Date().formatted(.iso8601)
        let object = note.object
        try await self.client.create(
            self.type,
            in: self.namespace(of: note),
            [
                "metadata": ["name": .string(name), "namespace": .string(self.namespace(of: note))],
                "involvedObject": [
                    "kind": .string(object.kind), "namespace": .string(object.key.namespace),
                    "name": .string(object.key.name), "uid": .string(object.uid),
                ],
                "type": .string(note.kind.rawValue), "reason": .string(note.reason), "message": .string(note.message),
                "source": ["component": .string(self.component)],
                "reportingComponent": .string(self.component), "reportingInstance": .string(self.instance),
                "firstTimestamp": .string(now), "lastTimestamp": .string(now), "count": 1,
            ]
        )
    }

    private func recount(_ note: EventNote, _ name: String, _ count: Int) async throws(ClusterError) {
        do {
            try await self.client.mergePatch(
                self.type,
                ObjectKey(self.namespace(of: note), name),
                ["count": .integer(Int64(count)), "lastTimestamp": .string(Date().formatted(.iso8601))]
            )
        } catch  where error.isMissing {
            // Events are kept for an hour.
            try await self.create(note, name)
        }
    }
}
