import APITypes
import JSON
import Model

/// Pages of resources that do not lie in the store.
struct MemoryList {
    let shape: ResourceShape
    let context: ResourceContext

    /// The page that is asked for of `resources`: all that the caller may see, as answers show them, in any order.
    ///
    /// - Throws: `apiFilter`.
    func page(_ query: ListQuery, _ resources: [JSONObject]) throws(Failure) -> ListPage {
        let filter = try query.filter.map { (text) throws(Failure) in
            try ListFilter(text, of: self.shape, now: self.context.now())
        }
        let found = resources.map { (id: $0["id"]?.string ?? "", resource: $0) }
            .filter { one in query.beforeID.map { one.id < $0 } ?? true }
            .filter { filter?.matches($0.resource) ?? true }
            .sorted { $0.id > $1.id }
        let shown = found.prefix(query.limit)
        return ListPage(items: shown.map(\.resource), next: found.count > shown.count ? shown.last?.id : nil)
    }
}
