import Control
import Foundation
import JSON
import Model
import TrafficStore

/// How much of everything the account uses: traffic of the last day, by endpoint, and what it keeps.
struct UsagePage: DashboardPage {
    static let link = NavigationLink(text: "Usage", path: "/usage", group: .observe)

    private struct View {
        let tiles: [OverviewPage.Tile]
        let bytes: BytesChart?
        let byEndpoint: HTML
        let kept: HTML
        let note: String?
    }

    private struct SectionView {
        let title: String
        let table: TableView?
        let none: String
    }

    func add(to routes: PageRoutes) {
        routes.get(Self.link.path) { (request) throws(Failure) in try await self.page(request) }
    }

    private func page(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let account = request.caller.principal.account
        let period = TrafficPeriod.day
        let summary = try await request.control.inspector.summary(
            since: Date().addingTimeInterval(-Double(period.seconds)),
            step: period.step,
            count: period.count,
            by: request.caller
        )
        let steps = await request.parts.history.steps(of: account, .day)
        let all = (summary?.steps ?? []).reduce(into: TrafficSummary.Count()) { $0.add($1) }
        let tiles = [
            OverviewPage.Tile(
                label: "Requests, 24 h",
                number: NumberText.grouped(steps.reduce(0) { $0 + $1.requests }),
                unit: nil,
                sub: "since the edge started"
            ),
            OverviewPage.Tile(label: "Captured, 24 h", number: NumberText.grouped(all.requests), unit: nil),
            OverviewPage.Tile(label: "Bytes in, 24 h", number: NumberText.bytes(all.requestBytes), unit: nil),
            OverviewPage.Tile(label: "Bytes out, 24 h", number: NumberText.bytes(all.responseBytes), unit: nil),
            OverviewPage.Tile(label: "Active endpoints", number: "\(summary?.endpoints.count ?? 0)", unit: nil),
        ]
        let view = View(
            tiles: tiles,
            bytes: summary.map { BytesChart($0.steps, period) },
            byEndpoint: Self.byEndpoint(summary, request),
            kept: try await Self.kept(request),
            note: Self.note(summary)
        )
        return .page(
            PageView(
                title: "Usage",
                fact: "How much of everything this account uses. An edge of your own has no plan, and no invoice.",
                body: request.render("usage", view)
            )
        )
    }

    private static func note(_ summary: TrafficSummary?) -> String? {
        guard let summary else { return "This edge captures no traffic: bytes and endpoints are not counted." }
        guard summary.isCut else { return nil }
        return
            "Bytes and endpoints are those of the newest \(NumberText.grouped(TrafficSummary.mostExchanges)) captured requests."
    }

    private static func byEndpoint(_ summary: TrafficSummary?, _ request: PageRequest) -> HTML {
        let rows = (summary?.endpoints ?? []).map { url, count in
            [
                Cell(url, href: PercentEncoding.address("/traffic-inspector", [("q", "endpoint:\(url)")])),
                Cell(NumberText.grouped(count.requests)), Cell(NumberText.grouped(count.failed)),
                Cell(NumberText.bytes(count.requestBytes)), Cell(NumberText.bytes(count.responseBytes)),
                Cell(LatencyChart.words(count, 950)),
            ]
        }
        let heads = [
            ("Endpoint", "main"), ("Requests", "num"), ("Failed", "num p2"), ("In", "num p2"), ("Out", "num"),
            ("95 of 100 took", "num p3"),
        ]
        return request.render(
            "section",
            SectionView(
                title: "By endpoint, 24 h",
                table: rows.isEmpty ? nil : TableView("Traffic by endpoint", heads, rows),
                none: "No request was captured within the last day."
            )
        )
    }

    /// How many there are of each kind of resource.
    private static func kept(_ request: PageRequest) async throws(Failure) -> HTML {
        var rows: [[Cell]] = []
        for page in AllPages.resources where AllPages.links.contains(where: { $0.path == page.path }) {
            let (found, hasMore) = try await page.objects(request)
            rows.append([
                Cell(page.link.text, href: page.path),
                Cell("\(NumberText.grouped(found.count))\(hasMore ? " or more" : "")"),
            ])
        }
        let members = try await request.control.members.list(for: request.caller).count
        rows.append([Cell("Members", href: MembersPage.link.path), Cell(NumberText.grouped(members))])
        return request.render(
            "section",
            SectionView(
                title: "What there is",
                table: TableView("Resources", [("Kind", "main"), ("Number", "num")], rows),
                none: ""
            )
        )
    }
}
