import APITypes
import Control
import Foundation
import JSON
import Model
import TrafficStore

/// What happens now, what needs somebody, and what was changed last.
struct OverviewPage: DashboardPage {
    static let link = NavigationLink(text: "Overview", path: "/", group: .start)

    private struct View {
        let tiles: [Tile]
        let chart: RequestChart
        let ranges: [RangeLink]
        let latency: LatencyChart?
        let bytes: BytesChart?
        let busiest: HTML
        let concerns: [Concern]
        let hasConcerns: Bool
        let changes: [ChangeView]
        let hasChanges: Bool
    }

    struct Tile {
        let label: String
        let number: String
        let unit: String?
        var line: SparkLine?
        var sub: String?
    }

    private struct RangeLink {
        let title: String
        let href: String
        let isCurrent: Bool
    }

    private struct ChangeView {
        let what: String
        let object: String
        let when: String
        let datetime: String
        let who: String
    }

    private struct SectionView {
        let title: String
        let table: TableView?
        let none: String
        let href: String?
        let link: String
    }

    func add(to routes: PageRoutes) {
        routes.get("/") { (request) throws(Failure) in try await self.page(request) }
    }

    private func page(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let account = request.caller.principal.account
        let range = TrafficHistory.Range(rawValue: request.query.text("range")) ?? .hour
        let steps = await request.parts.history.steps(of: account, range)
        let newest = await request.parts.history.newest(of: account)
        let endpoints = try await ResourcePage.endpoints.objects(request).found
        let agents = try await ResourcePage.agents.objects(request).found
        let period = TrafficPeriod(range)
        let captured = try await request.control.inspector.summary(
            since: Date().addingTimeInterval(-Double(period.seconds)),
            step: period.step,
            count: period.count,
            by: request.caller
        )
        var query = AuditQuery()
        query.limit = 6
        let changes = try await request.control.auditEvents(of: account, query).events
        let concerns = try await Concerns.of(endpoints, request)
        let view = View(
            tiles: Self.tiles(steps, newest, range, endpoints, agents),
            chart: RequestChart(steps, range),
            ranges: TrafficHistory.Range.allCases.map {
                RangeLink(title: $0.title, href: $0 == .hour ? "/" : "/?range=\($0.rawValue)", isCurrent: $0 == range)
            },
            latency: captured.map { LatencyChart($0.steps, period) },
            bytes: captured.map { BytesChart($0.steps, period) },
            busiest: Self.busiest(newest, endpoints, request),
            concerns: concerns,
            hasConcerns: !concerns.isEmpty,
            changes: changes.map {
                ChangeView(
                    what: AuditWords.sentence($0.type),
                    object: $0.object,
                    when: TimeText.relative($0.time),
                    datetime: $0.time.formatted(.iso8601),
                    who: $0.subject
                )
            },
            hasChanges: !changes.isEmpty
        )
        let served = endpoints.count == 1 ? "1 endpoint is served" : "\(endpoints.count) endpoints are served"
        let online = agents.count == 1 ? "1 agent is online" : "\(agents.count) agents are online"
        return .page(
            PageView(
                title: "Overview",
                fact: "\(served), \(online).",
                topic: .traffic,
                body: request.render("overview", view)
            )
        )
    }

    private static func tiles(
        _ steps: [TrafficHistory.Step],
        _ newest: [String: TrafficHistory.Step],
        _ range: TrafficHistory.Range,
        _ endpoints: [JSONObject],
        _ agents: [JSONObject]
    ) -> [Tile] {
        let now = newest.values.reduce(0) { $0 + $1.requests }
        let requests = steps.reduce(0) { $0 + $1.requests }
        let failed = steps.reduce(0) { $0 + $1.failed }
        return [
            Tile(
                label: "Requests",
                number: NumberText.rate(Double(now) / TrafficHistory.seconds),
                unit: "/s",
                line: SparkLine(steps.map { Double($0.requests) })
            ),
            Tile(
                label: "Failed, \(range.title)",
                number: requests == 0 ? "0" : NumberText.percent(Double(failed) / Double(requests)),
                unit: "%",
                line: SparkLine(steps.map { Double($0.failed) })
            ),
            Tile(label: "Requests, \(range.title)", number: NumberText.grouped(requests), unit: nil),
            Tile(label: "Endpoints", number: NumberText.grouped(endpoints.count), unit: nil, sub: "served now"),
            Tile(label: "Agents", number: NumberText.grouped(agents.count), unit: nil, sub: "online now"),
        ]
    }

    private static func busiest(
        _ newest: [String: TrafficHistory.Step],
        _ endpoints: [JSONObject],
        _ request: PageRequest
    ) -> HTML {
        let ids = Dictionary(endpoints.map { ($0.text("url"), $0.id) }, uniquingKeysWith: { one, _ in one })
        let busy = newest.filter { $0.value.requests > 0 }.sorted {
            ($0.value.requests, $1.key) > ($1.value.requests, $0.key)
        }
        let rows = busy.prefix(5).map { url, step in
            [
                Cell(url, href: ids[url].map { "/endpoints/\($0)" }),
                Cell(NumberText.rate(Double(step.requests) / TrafficHistory.seconds)),
                Cell("\(NumberText.percent(Double(step.failed) / Double(max(1, step.requests)))) %"),
            ]
        }
        let table = TableView(
            "Busiest endpoints",
            [("Endpoint", "main"), ("Requests/s", "num"), ("Failed", "num")],
            Array(rows)
        )
        return request.render(
            "section",
            SectionView(
                title: "Busiest endpoints",
                table: rows.isEmpty ? nil : table,
                none: "No request came within the last seconds.",
                href: "/endpoints",
                link: "All \(endpoints.count)"
            )
        )
    }
}

/// What somebody should look at.
struct Concern {
    let look: String
    let word: String
    let when: String
    let what: String
    let href: String
    let why: String
}

private enum Concerns {
    static let soon: TimeInterval = 21 * 86_400

    static func of(_ endpoints: [JSONObject], _ request: PageRequest) async throws(Failure) -> [Concern] {
        try await Self.certificates(request) + Self.domains(request)
    }

    private static func all(_ shape: ResourceShape, _ request: PageRequest) async throws(Failure) -> [JSONObject] {
        guard let resource = request.control.resources.first(where: { $0.shape.path == shape.path }) else { return [] }
        return try await resource.list(ListQuery(), by: request.caller).items
    }

    private static func certificates(_ request: PageRequest) async throws(Failure) -> [Concern] {
        try await Self.all(.tlsCertificates, request).compactMap { object in
            guard object["issued_at"]?.string == nil, let end = Date(rfc3339: object.text("not_after")),
                end.timeIntervalSinceNow < Self.soon
            else { return nil }
            let isOver = end.timeIntervalSinceNow < 0
            return Concern(
                look: isOver ? "bad" : "warn",
                word: isOver ? "Expired" : "Expires",
                when: TimeText.relative(end),
                what: object.text("subject_common_name").isEmpty ? object.id : object.text("subject_common_name"),
                href: "/tls-certs/\(object.id)",
                why: "An uploaded certificate, which nobody renews for you."
            )
        }
    }

    private static func domains(_ request: PageRequest) async throws(Failure) -> [Concern] {
        try await Self.all(.reservedDomains, request).compactMap { object in
            guard let job = object["certificate_management_status"]?.object?["provisioning_job"]?.object,
                job["error_code"]?.string != nil
            else { return nil }
            return Concern(
                look: "bad",
                word: "No certificate",
                when: "",
                what: object.text("domain"),
                href: "/domains/\(object.id)",
                why: job.text("msg")
            )
        }
    }
}
