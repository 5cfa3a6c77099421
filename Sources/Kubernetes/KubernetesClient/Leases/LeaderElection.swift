import Foundation
import JSON
package import Logging
import NIOConcurrencyHelpers

/// One of several processes leads: the one that holds a lease in the cluster.
package final class LeaderElection: Sendable {
    private let client: ClusterClient
    private let type = ResourceType(LeaseRecord.resource, version: "v1")
    private let key: ObjectKey
    private let logger: Logger
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let election: NIOLockedValueBox<Election>
    private let changed: @Sendable (Bool) -> Void

    /// - Parameters:
    ///   - client: whom it asks.
    ///   - key: of the lease.
    ///   - identity: who we are; no other process has the same.
    ///   - logger: is told of changes.
    ///   - changed: whether we lead from now on.
    package convenience init(
        _ client: ClusterClient,
        lease key: ObjectKey,
        identity: String,
        logger: Logger,
        changed: @escaping @Sendable (Bool) -> Void
    ) {
        self.init(client, lease: key, identity: identity, times: Election.Times(), logger: logger, changed: changed)
    }

    init(
        _ client: ClusterClient,
        lease key: ObjectKey,
        identity: String,
        times: Election.Times,
        logger: Logger,
        changed: @escaping @Sendable (Bool) -> Void
    ) {
        self.client = client
        self.key = key
        self.logger = logger
        self.start = self.clock.now
        self.election = NIOLockedValueBox(Election(identity: identity, times: times))
        self.changed = changed
    }

    private var now: Duration { self.clock.now - self.start }

    /// Whether this process may write now. Ask before each write: it ends by itself when the lease cannot be renewed.
    package var isLeading: Bool {
        let now = self.now
        return self.election.withLockedValue { $0.isLeading(at: now) }
    }

    /// Stands for election until the task is cancelled, and gives the lease back then.
    package func run() async {
        let retry = self.election.withLockedValue { $0.times.retry }
        var wasLeading = false
        while !Task.isCancelled {
            do {
                try await self.attempt()
            } catch {
                self.logger.debug("lease cannot be renewed", metadata: ["error": "\(error)"])
            }
            self.tell(&wasLeading)
            // Cancelled meanwhile, the loop ends.
            try? await Task.sleep(for: retry)
            self.tell(&wasLeading)
        }
        guard wasLeading else { return }
        // The task is cancelled, and a cancelled one sends nothing.
        await Task { await self.release() }.value
        self.tell(&wasLeading)
    }

    private func tell(_ wasLeading: inout Bool) {
        let isLeading = self.isLeading
        guard isLeading != wasLeading else { return }
        wasLeading = isLeading
        self.logger.info("leadership changed", metadata: ["lease.held": "\(isLeading)", "lease.name": "\(self.key)"])
        self.changed(isLeading)
    }

    private func attempt() async throws(ClusterError) {
        let found: LeaseRecord? = try await self.client.get(as: self.type, self.key)
        let asked = self.now
        let action = self.election.withLockedValue { $0.look(at: found?.spec, now: asked, date: Date()) }
        do {
            switch action {
            case .follow: return
            case .create(let spec):
                let metadata: JSONObject = ["name": .string(self.key.name), "namespace": .string(self.key.namespace)]
                try await self.client.create(
                    self.type,
                    in: self.key.namespace,
                    ["metadata": .object(metadata), "spec": .object(spec.json)]
                )
            case .replace(let spec):
                try await self.write(spec, version: found?.metadata.resourceVersion ?? "")
            }
            self.election.withLockedValue { $0.wrote(asked: asked) }
        } catch  where error.isConflict {
            self.election.withLockedValue { $0.lost() }
        }
    }

    private func write(_ spec: LeaseRecord.Spec, version: String) async throws(ClusterError) {
        let metadata: JSONObject = [
            "name": .string(self.key.name), "namespace": .string(self.key.namespace),
            "resourceVersion": .string(version),
        ]
        try await self.client.replace(
            self.type,
            self.key,
            ["metadata": .object(metadata), "spec": .object(spec.json)]
        )
    }

    /// Gives the lease back, so that the next leader need not wait.
    private func release() async {
        let identity = self.election.withLockedValue { election in
            election.lost()
            return election.identity
        }
        do {
            guard var found: LeaseRecord = try await self.client.get(as: self.type, self.key),
                found.spec.holderIdentity == identity
            else { return }
            found.spec.holderIdentity = ""
            found.spec.leaseDurationSeconds = 1
            try await self.write(found.spec, version: found.metadata.resourceVersion)
        } catch {
            self.logger.debug("lease cannot be given back", metadata: ["error": "\(error)"])
        }
    }
}
