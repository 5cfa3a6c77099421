import Model
import Store

extension RecordStore {
    /// All documents of one type, of all accounts, the newest first.
    func all<Document: StoredDocument>(_ type: Document.Type) async throws(Failure) -> [Stored<Document>] {
        var found: [Stored<Document>] = []
        do throws(StoreError) {
            while true {
                let page = Page(before: found.last?.id.text, limit: Page.limits.upperBound)
                let next = try await self.list(type, in: .platform, page)
                found += next
                guard next.count == page.limit else { return found }
            }
        } catch {
            throw Failure(error)
        }
    }
}
