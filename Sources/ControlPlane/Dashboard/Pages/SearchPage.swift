import APITypes
import Model

/// Whatever has the words that are looked for, of all kinds.
struct SearchPage: DashboardPage {
    private static let limit = 8

    private struct View {
        let words: String
        let groups: [Group]
        let isEmpty: Bool
    }

    private struct Group {
        let title: String
        let href: String
        let table: TableView
    }

    func add(to routes: PageRoutes) {
        routes.get("/search") { (request) throws(Failure) in try await self.page(request) }
    }

    private func page(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let words = String(request.query.text("q").prefix(200))
        var groups: [Group] = []
        for page in AllPages.resources where !words.isEmpty {
            let found = try await page.objects(request).found.filter { page.matches($0, words) }
            guard !found.isEmpty else { continue }
            let rows = found.prefix(Self.limit).map { (href: Optional("\(page.path)/\($0.id)"), object: $0) }
            groups.append(
                Group(
                    title: page.link.text,
                    href: PercentEncoding.address(page.path, [("q", words)]),
                    table: TableView(page.link.text, page.columns, rows)
                )
            )
        }
        let view = View(words: words, groups: groups, isEmpty: groups.isEmpty && !words.isEmpty)
        return .page(
            PageView(
                title: words.isEmpty ? "Search" : "Search: \(words)",
                fact: words.isEmpty ? "By name, description, metadata or identifier, over every kind of resource." : "",
                body: request.render("search", view)
            )
        )
    }
}
