import APITypes
import Capture
import Control
import Model
import TrafficStore

/// Whatever has the words that are looked for: pages, resources of all kinds, members, captured requests.
struct SearchPage: DashboardPage {
    private static let limit = 8

    private struct View {
        let words: String
        let groups: [Group]
        let isEmpty: Bool
    }

    private struct Group {
        let title: String
        let href: String?
        let table: TableView
    }

    func add(to routes: PageRoutes) {
        routes.get("/search") { (request) throws(Failure) in try await self.page(request) }
    }

    private func page(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let words = String(request.query.text("q").prefix(200))
        var groups: [Group] = []
        if !words.isEmpty { groups += Self.pages(words) }
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
        if !words.isEmpty {
            groups += try await Self.members(words, request) + Self.requests(words, request)
        }
        let view = View(words: words, groups: groups, isEmpty: groups.isEmpty && !words.isEmpty)
        return .page(
            PageView(
                title: words.isEmpty ? "Search" : "Search: \(words)",
                fact: words.isEmpty
                    ? "By name, description, metadata or identifier: pages, every kind of resource, members, and paths of captured requests."
                    : "",
                body: request.render("search", view)
            )
        )
    }

    private static func has(_ text: String, _ words: String) -> Bool {
        let text = text.lowercased()
        return words.lowercased().split(separator: " ").allSatisfy { text.contains($0) }
    }

    private static func pages(_ words: String) -> [Group] {
        let links = (AllPages.links + [TrafficPage.link]).filter { Self.has($0.text, words) }
        guard !links.isEmpty else { return [] }
        let rows = links.map { [Cell($0.text, href: $0.path)] }
        return [Group(title: "Pages", href: nil, table: TableView("Pages", [("Page", "main")], rows))]
    }

    private static func members(_ words: String, _ request: PageRequest) async throws(Failure) -> [Group] {
        let found = try await request.control.members.list(for: request.caller).filter {
            Self.has("\($0.email) \($0.name) \($0.id)", words)
        }
        guard !found.isEmpty else { return [] }
        let rows = found.prefix(Self.limit).map { member in
            [Cell(member.email, href: "/members/\(member.id)").with(sub: member.name), Cell(member.rights.word)]
        }
        let table = TableView("Members", [("Member", "main"), ("Role", "")], Array(rows))
        return [Group(title: "Members", href: MembersPage.link.path, table: table)]
    }

    /// Captured requests whose path has the words; an edge that captures nothing has none.
    private static func requests(_ words: String, _ request: PageRequest) async throws(Failure) -> [Group] {
        guard request.control.inspector.isEnabled else { return [] }
        var query = request.control.inspector.query(by: request.caller)
        query.path = words
        query.limit = Self.limit
        let found = try await request.control.inspector.page(query, by: request.caller).exchanges
        guard !found.isEmpty else { return [] }
        let rows = found.map { facts in
            [
                Cell("\(facts.method) \(facts.path)", href: "/traffic-inspector/\(facts.id)").with(sub: facts.host),
                Cell(facts.status.map { "\($0)" } ?? "None"), Cell.time(facts.time),
            ]
        }
        let heads = [("Request", "main"), ("Status", ""), ("When", "num")]
        let more = words.contains(" ") ? nil : PercentEncoding.address("/traffic-inspector", [("q", "path:\(words)")])
        return [Group(title: "Captured requests", href: more, table: TableView("Captured requests", heads, rows))]
    }
}
