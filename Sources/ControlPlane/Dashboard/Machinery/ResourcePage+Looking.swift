import APITypes
import Control
import JSON
import Model

/// The list of all, and the page of one.
extension ResourcePage {
    private static let pageSize = 100
    /// How many one list reads, so that a filter finds what stands further behind.
    private static let readLimit = 1000

    private struct ListView {
        let filter: String
        let path: String
        let table: TableView?
        let hasTable: Bool
        let isLive: Bool
        let count: String
        let hasMore: Bool
        let noMatch: Bool
        let empty: EmptyView?
        let noun: String
    }

    /// All that there are, as far as one list reads.
    func objects(_ request: PageRequest) async throws(Failure) -> (found: [JSONObject], hasMore: Bool) {
        let resource = try self.resource(request)
        var found: [JSONObject] = []
        var before: String?
        while found.count < Self.readLimit {
            var items: [(name: String, value: String)] = [("limit", "\(Self.pageSize)")]
            if let before { items.append(("before_id", before)) }
            let page = try await resource.list(try ListQuery(items, of: self.shape), by: request.caller)
            found += page.items
            before = page.next
            guard before != nil else { return (found, false) }
        }
        return (found, true)
    }

    /// Whether one has the words that are looked for, in any place that its row shows.
    func matches(_ object: JSONObject, _ words: String) -> Bool {
        let words = words.lowercased().split(separator: " ")
        guard !words.isEmpty else { return true }
        let texts = self.columns.map { column in
            let cell = column.cell(object)
            return "\(cell.text) \(cell.sub ?? "")"
        }
        let all =
            "\(texts.joined(separator: " ")) \(object.id) \(object.text("description")) \(object.text("metadata"))"
            .lowercased()
        return words.allSatisfy { all.contains($0) }
    }

    func list(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let (objects, hasMore) = try await self.objects(request)
        let filter = request.query.text("q")
        let found = objects.filter { self.matches($0, filter) }
        let rows = found.map { (href: Optional("\(self.path)/\($0.id)"), object: $0) }
        let view = ListView(
            filter: filter,
            path: self.path,
            table: found.isEmpty ? nil : TableView(self.link.text, self.columns, rows),
            hasTable: !found.isEmpty,
            isLive: self.topic != nil,
            count: "\(NumberText.grouped(found.count))\(hasMore ? " or more" : "")",
            hasMore: hasMore,
            noMatch: found.isEmpty && !objects.isEmpty,
            empty: objects.isEmpty ? self.empty(request) : nil,
            noun: self.noun
        )
        var actions: [ActionView] = []
        if self.isMade, !self.fields.isEmpty {
            actions.append(
                ActionView(
                    text: "New \(self.noun)",
                    href: "\(self.path)/new",
                    isMain: true,
                    refusal: request.refusalToChange
                )
            )
        }
        return .page(
            PageView(
                title: self.link.text,
                fact: self.intro,
                actions: actions,
                topic: self.topic,
                body: request.render("list", view)
            )
        )
    }

    private struct DetailView {
        struct FactView {
            let title: String
            let cell: CellView
        }

        let facts: [FactView]
        let sections: HTML
        let metadata: String?
    }

    func detail(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let object = try await self.resource(request).get(request.captured("id"), by: request.caller)
        var facts = self.facts(object)
        facts.append(Fact("Identifier", .code(object.id, mayCopy: true)))
        let view = DetailView(
            facts: facts.map { .init(title: $0.title, cell: CellView($0.cell)) },
            sections: try await self.sections?(object, request) ?? .none,
            metadata: object.text("metadata").isEmpty ? nil : object.text("metadata")
        )
        let refusal = request.refusalToChange ?? self.refusal(object)
        var actions = self.actions.map {
            ActionView(
                text: $0.title,
                href: "\(self.path)/\(object.id)/\($0.operation)",
                refusal: request.refusalToChange
            )
        }
        if self.isChanged, !self.fields.isEmpty {
            actions.append(ActionView(text: "Edit", href: "\(self.path)/\(object.id)/edit", refusal: refusal))
        }
        if self.isDeleted {
            actions.append(
                ActionView(text: "Delete", href: "\(self.path)/\(object.id)/delete", refusal: refusal, isDanger: true)
            )
        }
        return .page(
            PageView(
                title: self.name(object),
                fact: object.text("description") == self.name(object) ? "" : object.text("description"),
                crumbs: [.init(text: self.link.text, href: self.path)],
                actions: actions,
                topic: self.topic,
                body: request.render("detail", view)
            )
        )
    }
}
