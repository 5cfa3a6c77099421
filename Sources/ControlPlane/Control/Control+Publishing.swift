import EdgeLink
import Model

/// How far the edge is behind what was decided.
struct Publication {
    /// The revision of the last decision; each table has that of the decisions in it.
    var decided: UInt64 = 0
    /// The revision of the table in force.
    var applied: UInt64 = 0
    /// Whether the edge is taking a table at the moment.
    var isRunning = false
    /// Those who wait until it has.
    var waiting: [CheckedContinuation<Void, Never>] = []
    /// The endpoints that the edge could not serve when it took the last table.
    var failures: [ResourceID<EndpointKind>: Failure] = [:]
}

extension Control {
    /// Returns when a table that holds every change made before the call is in force on every event loop.
    ///
    /// One table is on its way at a time; changes made meanwhile share the next. Without an edge there is nothing to
    /// do: attaching one publishes.
    func publish() async {
        self.retryWaiting()
        guard let edge else { return }
        self.publication.decided += 1
        let wanted = self.publication.decided
        while self.publication.applied < wanted {
            if self.publication.isRunning {
                await withCheckedContinuation { self.publication.waiting.append($0) }
                continue
            }
            self.publication.isRunning = true
            let revision = self.publication.decided
            self.publication.failures = await self.publish(revision, to: edge)
            self.publication.applied = revision
            self.publication.isRunning = false
            let waiting = self.publication.waiting
            self.publication.waiting = []
            for continuation in waiting { continuation.resume() }
        }
    }

    /// Sends what changed since the last table; the whole table to an edge that has another one, or none yet.
    private func publish(_ revision: UInt64, to edge: any EdgeNode) async -> [ResourceID<EndpointKind>: Failure] {
        let touched = self.endpoints.takeTouched()
        let changes = EndpointChanges(
            base: self.publication.applied,
            revision: revision,
            put: touched.compactMap { self.endpoints[$0]?.routed },
            removed: touched.filter { self.endpoints[$0] == nil }
        )
        if changes.base > 0, let failures = await edge.apply(changes) { return failures }
        return await edge.apply(EndpointTable(revision: revision, endpoints: self.endpoints.all.map(\.routed)))
    }
}
