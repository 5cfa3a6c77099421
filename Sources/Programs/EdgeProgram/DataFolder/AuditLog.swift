import Control
package import Model

/// The audit events of an edge, as its operator looks after them.
package struct AuditLog {
    private let configuration: EdgeProgramConfiguration

    package init(_ configuration: EdgeProgramConfiguration) {
        self.configuration = configuration
    }

    /// Looks whether all of them are as they were written.
    ///
    /// - Parameter head: the hash of a link that must be in the chain; nil for none.
    /// - Returns: lines for a terminal.
    /// - Throws: `auditChainBroken` with the first link that does not hold.
    package func verify(expecting head: String?) async throws(Failure) -> [String] {
        let store = try await StoreLocation(self.configuration).open()
        let keys = try SealingKeys(self.configuration).open()
        let report = try await AuditVerification(store, keys).report(expecting: head)
        var lines = ["\(report.events) audit events in \(report.links) links are as they were written"]
        if report.pending > 0 {
            lines.append("\(report.pending) more are not chained yet: the edge does that when it runs")
        }
        if !report.head.isEmpty { lines.append("head  \(report.head)") }
        return lines
    }
}
