import APITypes
import Control
import Foundation
import JSON
import Model

/// Who changed what, when and from where.
struct AuditPage: DashboardPage {
    static let link = NavigationLink(text: "Audit log", path: "/audit", group: .observe)
    private static let pageSize = 50
    /// How many events one page looks at for a filter.
    private static let readLimit = 1000

    private struct View {
        let filter: String
        let hasEvents: Bool
        let events: [EventView]
        let none: String
        let next: String?
    }

    private struct EventView {
        let what: String
        let object: String
        let href: String?
        let datetime: String
        let exact: String
        let when: String
        let who: String
        let address: String?
        let by: String
        let hasDiff: Bool
        let lines: [LineView]
    }

    private struct LineView {
        let look: String
        let sign: String
        let text: String
    }

    func add(to routes: PageRoutes) {
        routes.get("/audit") { (request) throws(Failure) in try await self.page(request) }
    }

    private func page(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let words = request.query.text("q").lowercased()
        var before = request.query["before"]
        var found: [AuditEvent] = []
        var looked = 0
        var isAtEnd = false
        while found.count < Self.pageSize, looked < Self.readLimit, !isAtEnd {
            var query = AuditQuery()
            query.before = before
            query.limit = Self.pageSize
            let page = try await request.control.auditEvents(of: request.caller.principal.account, query)
            isAtEnd = page.next == nil
            for event in page.events where found.count < Self.pageSize {
                looked += 1
                before = event.id.text
                if words.isEmpty || Self.text(event).contains(words) { found.append(event) }
            }
        }
        let next = isAtEnd && found.count < Self.pageSize ? nil : before
        let view = View(
            filter: request.query.text("q"),
            hasEvents: !found.isEmpty,
            events: found.map(Self.view),
            none: words.isEmpty ? "Whatever is changed in the account appears here." : "None has these words.",
            next: next.map { PercentEncoding.address("/audit", [("q", request.query.text("q")), ("before", $0)]) }
        )
        return .page(
            PageView(
                title: "Audit log",
                fact: "Every change of the account: who, what, from where, before and after.",
                body: request.render("audit", view)
            )
        )
    }

    private static func text(_ event: AuditEvent) -> String {
        "\(AuditWords.sentence(event.type)) \(event.type) \(event.object) \(event.subject) \(event.address)"
            .lowercased()
    }

    /// One member a line, so that what differs can be seen.
    private static func lines(_ object: JSONObject?) -> [String] {
        guard let object else { return [] }
        return object.members.map { "\($0.key): \($0.value.text)" }
    }

    private static func view(_ event: AuditEvent) -> EventView {
        let lines = LineDiff.between(Self.lines(event.before), Self.lines(event.after))
        return EventView(
            what: AuditWords.sentence(event.type),
            object: event.object,
            href: event.after == nil ? nil : AuditWords.page(of: event.object),
            datetime: event.time.formatted(.iso8601),
            exact: TimeText.exact(event.time),
            when: TimeText.relative(event.time),
            who: event.subject.isEmpty ? AuditWords.nobody : event.subject,
            address: event.address.isEmpty ? nil : event.address,
            by: AuditWords.place(event),
            hasDiff: !lines.isEmpty,
            lines: lines.map {
                LineView(look: $0.sign == "+" ? "add" : $0.sign == "-" ? "del" : "", sign: $0.sign, text: $0.text)
            }
        )
    }
}

/// The words for events.
enum AuditWords {
    /// Who did what nobody is known of.
    static let nobody = "Nobody who is known"

    /// Where an object is looked at; nil where it has no page.
    static func page(of object: String) -> String? {
        let prefix = object.prefix { $0 != "_" }
        if prefix == "usr" { return "/members/\(object)" }
        if prefix == "req" { return "/traffic-inspector/\(object)" }
        return AllPages.resources.first { $0.shape.idPrefix == prefix }.map { "\($0.path)/\(object)" }
    }

    /// `ip_policy_created.v0` is "Ip policy created".
    static func sentence(_ type: String) -> String {
        let words = type.prefix { $0 != "." }.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// Where somebody did it, and with what they proved who they are.
    static func place(_ event: AuditEvent) -> String {
        switch event.source {
        case .dashboard: "the dashboard"
        case .agent: event.credential.isEmpty ? "an agent" : "an agent with \(event.credential)"
        case .api: event.credential.isEmpty ? "the API" : "the API with \(event.credential)"
        }
    }
}
