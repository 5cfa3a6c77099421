import Control
import EdgeTestSupport
import Store
import Testing

/// A domain whose certificate the edge obtains, and what visitors see of it.
enum ManagedDomain {
    /// The domain, as it is stored when `isReached` first holds.
    static func wait(
        _ edge: TestEdge,
        until isReached: (ReservedDomainRecord) -> Bool
    ) async throws -> Stored<ReservedDomainRecord> {
        for try await changes in edge.store.changes(after: .zero) {
            for change in changes where change.kind == ReservedDomainRecord.recordKind {
                guard let record = change.record else { continue }
                let stored = try Stored<ReservedDomainRecord>(record)
                if isReached(stored.document) { return stored }
            }
        }
        throw CancellationError()
    }

    static func isDone(_ domain: ReservedDomainRecord) -> Bool {
        domain.management?.certificate != nil && domain.management?.job == nil
    }

    /// Connects as a client that trusts the authority alone; the handshake fails where the certificate is another.
    static func visit(_ name: String, _ edge: TestEdge, trusting root: String) async throws {
        let visitor = try await edge.visitSecurely(name, trusting: root)
        try await visitor.write(request("GET /", host: name))
        #expect(try await visitor.read(until: "\r\n").hasPrefix("HTTP/1.1 "))
        await visitor.close()
    }

    /// The same, as soon as the certificate is in force on all loops: that it was obtained is written down a moment before, and
    /// each connection is one loop's.
    static func visitWhenServed(_ name: String, _ edge: TestEdge, trusting root: String) async throws {
        var inARow = 0
        while inARow < 16 {
            try Task.checkCancellation()
            inARow = (try? await self.visit(name, edge, trusting: root)) == nil ? 0 : inARow + 1
        }
    }
}
