internal import Foundation
package import Model
package import Secrets
package import Store

/// Looks whether audit events are as they were written.
package struct AuditVerification: Sendable {
    private let store: any RecordStore
    private let keys: SealingKeyring

    package init(_ store: any RecordStore, _ keys: SealingKeyring) {
        self.store = store
        self.keys = keys
    }

    /// What a chain that is whole comes to.
    package struct Report: Sendable, Equatable {
        package var links = 0
        package var events = 0
        /// Events that were written a moment ago, and are not chained yet.
        package var pending = 0
        /// The hash of the last link; empty where there is none.
        package var head = ""
    }

    /// Looks at all of them.
    ///
    /// - Parameter head: the hash of a link that must be in the chain, as it was noted elsewhere; nil for none.
    /// - Returns: what there is.
    /// - Throws: `auditChainBroken` with the first link that does not hold.
    package func report(expecting head: String? = nil) async throws(Failure) -> Report {
        let (links, cursor, digests): ([AuditLink], Revision, [String: Written])
        do throws(StoreError) {
            // Links first: an event that comes meanwhile is not chained yet, and none is chained that is not there.
            cursor = try await AuditChain(self.store).cursor
            links = try await self.links()
            digests = try await self.digests()
        } catch .unreadable(let what) {
            throw Failure(.auditChainBroken, "\(what) cannot be read any more.")
        } catch {
            throw Failure(store: error)
        }
        return try self.report(links, digests, after: cursor, expecting: head)
    }

    /// An event as it is now.
    private struct Written {
        let digest: String
        let revision: Revision
    }

    private func digests() async throws(StoreError) -> [String: Written] {
        var digests: [String: Written] = [:]
        var before: String?
        while true {
            let page = Page(before: before, limit: Page.limits.upperBound)
            let records = try await self.store.list(AuditRecord.recordKind, in: .platform, page)
            for record in records {
                guard let entry = AuditChain.entry(record, self.keys) else {
                    throw .unreadable("The audit event \(record.id)")
                }
                digests[entry.event] = Written(digest: entry.digest, revision: record.revision)
            }
            guard records.count == page.limit else { return digests }
            before = records.last?.id
        }
    }

    private func links() async throws(StoreError) -> [AuditLink] {
        var links: [AuditLink] = []
        var before: String?
        while true {
            let page = Page(before: before, limit: Page.limits.upperBound)
            let found = try await self.store.list(AuditLink.self, in: .platform, page)
            links += found.map(\.document)
            guard found.count == page.limit else { return links.reversed() }
            before = found.last?.id.text
        }
    }

    private func report(
        _ links: [AuditLink],
        _ digests: [String: Written],
        after cursor: Revision,
        expecting head: String?
    ) throws(Failure) -> Report {
        var report = Report()
        var chained: Set<String> = []
        for link in links {
            let number = report.links + 1
            guard link.number == number else {
                throw Failure(.auditChainBroken, "Link \(number) is not there.")
            }
            guard link.previous == report.head, link.hash == link.computedHash else {
                throw Failure(.auditChainBroken, "Link \(number) is not what was written.")
            }
            for entry in link.entries {
                guard let event = digests[entry.event] else {
                    throw Failure(.auditChainBroken, "Link \(number): the event \(entry.event) was removed.")
                }
                guard event.digest == entry.digest else {
                    throw Failure(.auditChainBroken, "Link \(number): the event \(entry.event) was changed.")
                }
                chained.insert(entry.event)
            }
            report.links = number
            report.head = link.hash
        }
        let others = digests.filter { !chained.contains($0.key) }
        if let added = others.filter({ $0.value.revision <= cursor }).keys.sorted().first {
            throw Failure(.auditChainBroken, "The event \(added) is in no link: it was added.")
        }
        if let head, !links.contains(where: { $0.hash == head }) {
            throw Failure(.auditChainBroken, "No link has the hash \(head.prefix(64)): the chain was made anew.")
        }
        report.events = chained.count
        report.pending = others.count
        return report
    }
}
