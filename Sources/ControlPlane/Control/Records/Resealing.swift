package import Foundation
internal import Model
package import Secrets
package import Store

/// A document with texts that are sealed.
protocol SealedDocument: StoredDocument {
    /// Seals with the newest key what others sealed, or nobody.
    ///
    /// - Parameter seals: of its own record.
    /// - Throws: when no key opens what is sealed, or it was sealed for another record.
    /// - Returns: whether there was any.
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool
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
    private let now: @Sendable () -> Date

    package init(
        _ store: any RecordStore,
        _ keys: SealingKeyring,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.keys = keys
        self.now = now
    }

    /// Looks at all records, and changes none.
    package func look() async throws(StoreError) -> Report { try await self.run(writes: false) }

    /// Seals anew what older keys sealed.
    package func run() async throws(StoreError) -> Report { try await self.run(writes: true) }

    /// Binds to its record what earlier versions sealed for all records of a kind alike, and says so in the store.
    func bind() async throws(StoreError) -> Report {
        let report = try await self.bound(Pass(writes: true, takesUnbound: true))
        try await self.store.noteBoundSeals(at: self.now())
        return report
    }

    /// What is done with each record.
    private struct Pass {
        let writes: Bool
        let takesUnbound: Bool
    }

    private func run(writes: Bool) async throws(StoreError) -> Report {
        let pass = Pass(writes: writes, takesUnbound: try await !self.store.sealsAreBound())
        var report = try await self.bound(pass)
        if pass.writes, pass.takesUnbound { try await self.store.noteBoundSeals(at: self.now()) }
        try await self.reseal(ApplicationSessionRecord.self, pass, &report)
        try await self.reseal(LoginRecord.self, pass, &report)
        try await self.reseal(CloudEndpointRecord.self, pass, &report)
        let current = report.current
        try await self.reseal(AuditRecord.self, pass, &report)
        // Events have nothing that is sealed: only those with something in the clear count.
        report.current = current
        return report
    }

    /// The kinds whose seals earlier versions did not bind to the record.
    private func bound(_ pass: Pass) async throws(StoreError) -> Report {
        var report = Report()
        try await self.reseal(VaultSecretRecord.self, pass, &report)
        try await self.reseal(TLSCertificateRecord.self, pass, &report)
        try await self.reseal(SSHAuthorityRecord.self, pass, &report)
        try await self.reseal(EventDestinationRecord.self, pass, &report)
        try await self.reseal(OperatorAuthorityRecord.self, pass, &report)
        try await self.reseal(ACMEAccountRecord.self, pass, &report)
        try await self.reseal(ReservedDomainRecord.self, pass, &report)
        return report
    }

    private func reseal<Document: SealedDocument>(
        _ type: Document.Type,
        _ pass: Pass,
        _ report: inout Report
    ) async throws(StoreError) {
        var last: String?
        while true {
            let page = Page(before: last, limit: Page.limits.upperBound)
            let found = try await self.store.list(type, in: .platform, page)
            for stored in found { try await self.reseal(stored, pass, &report) }
            guard found.count == page.limit else { return }
            last = found.last?.id.text
        }
    }

    private func reseal<Document: SealedDocument>(
        _ stored: Stored<Document>,
        _ pass: Pass,
        _ report: inout Report
    ) async throws(StoreError) {
        var stored = stored
        for _ in 0..<Self.attempts {
            let isOlder: Bool
            do throws(SealError) {
                isOlder = try stored.document.reseal(stored.seals(self.keys, takesUnbound: pass.takesUnbound))
            } catch {
                report.lost.append("\(Document.recordKind) \(stored.id)")
                return
            }
            guard isOlder, pass.writes else {
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
