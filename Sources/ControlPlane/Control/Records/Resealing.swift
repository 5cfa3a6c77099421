internal import Model
package import Secrets
package import Store

/// A document with texts that are sealed.
protocol SealedDocument: StoredDocument {
    /// Seals with the newest key what others sealed, or nobody.
    ///
    /// - Parameters:
    ///   - keys: of the edge.
    ///   - id: the document's own.
    /// - Throws: when no key opens what is sealed.
    /// - Returns: whether there was any.
    mutating func reseal(_ keys: SealingKeyring, of id: String) throws(SealError) -> Bool
}

/// Seals the records anew that older keys sealed, so that those can be dropped. An edge may serve meanwhile.
package struct Resealing: Sendable {
    /// How often a record is tried that others write at the same time.
    private static let attempts = 10

    package struct Report: Sendable, Hashable {
        /// Records that the newest key has sealed.
        package var current = 0
        /// Records that older keys had sealed, or none.
        package var older = 0
        /// Kind and identifier of records that no key opens.
        package var lost: [String] = []
    }

    private let store: any RecordStore
    private let keys: SealingKeyring

    package init(_ store: any RecordStore, _ keys: SealingKeyring) {
        self.store = store
        self.keys = keys
    }

    /// Looks at all records, and changes none.
    package func look() async throws(StoreError) -> Report { try await self.run(writes: false) }

    /// Seals anew what older keys sealed.
    package func run() async throws(StoreError) -> Report { try await self.run(writes: true) }

    private func run(writes: Bool) async throws(StoreError) -> Report {
        var report = Report()
        try await self.reseal(VaultSecretRecord.self, writes, &report)
        try await self.reseal(TLSCertificateRecord.self, writes, &report)
        try await self.reseal(SSHAuthorityRecord.self, writes, &report)
        try await self.reseal(EventDestinationRecord.self, writes, &report)
        try await self.reseal(OperatorAuthorityRecord.self, writes, &report)
        try await self.reseal(ApplicationSessionRecord.self, writes, &report)
        try await self.reseal(ACMEAccountRecord.self, writes, &report)
        try await self.reseal(LoginRecord.self, writes, &report)
        try await self.reseal(ReservedDomainRecord.self, writes, &report)
        try await self.reseal(CloudEndpointRecord.self, writes, &report)
        let current = report.current
        try await self.reseal(AuditRecord.self, writes, &report)
        // Events have nothing that is sealed: only those with something in the clear count.
        report.current = current
        return report
    }

    private func reseal<Document: SealedDocument>(
        _ type: Document.Type,
        _ writes: Bool,
        _ report: inout Report
    ) async throws(StoreError) {
        var last: String?
        while true {
            let page = Page(before: last, limit: Page.limits.upperBound)
            let found = try await self.store.list(type, in: .platform, page)
            for stored in found { try await self.reseal(stored, writes, &report) }
            guard found.count == page.limit else { return }
            last = found.last?.id.text
        }
    }

    private func reseal<Document: SealedDocument>(
        _ stored: Stored<Document>,
        _ writes: Bool,
        _ report: inout Report
    ) async throws(StoreError) {
        var stored = stored
        for _ in 0..<Self.attempts {
            let isOlder: Bool
            do throws(SealError) {
                isOlder = try stored.document.reseal(self.keys, of: stored.id.text)
            } catch {
                report.lost.append("\(Document.recordKind) \(stored.id)")
                return
            }
            guard isOlder, writes else {
                if isOlder { report.older += 1 } else { report.current += 1 }
                return
            }
            do throws(StoreError) {
                try await self.store.commit([.update(stored)])
                report.older += 1
                return
            } catch .conflict {
                do throws(StoreError) {
                    stored = try await self.store.get(stored.id, in: .platform)
                } catch .notFound {
                    return
                }
            } catch .notFound {
                return
            }
        }
        throw .unavailable("\(Document.recordKind) \(stored.id) is written all the time")
    }
}
