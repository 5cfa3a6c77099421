import APITypes
import Control
import Foundation
import JSON
import Model

/// Captured requests: the list as they come, what became of one and why, and sending one again.
struct TrafficPage: DashboardPage {
    static let link = NavigationLink(text: "Traffic inspector", path: "/traffic-inspector", group: .observe)
    private static let limit = 100

    private struct ListView {
        let filter: String
        let table: TableView?
        let hasTable: Bool
        let next: String?
        let isFiltered: Bool
        let problem: ProblemView?
        let empty: EmptyView?
        let note: String?
    }

    func add(to routes: PageRoutes) {
        routes.get("/traffic-inspector") { (request) throws(Failure) in try await self.list(request) }
        routes.get("/traffic-inspector/settings") { (request) throws(Failure) in try await self.settings(request, nil) }
        routes.post("/traffic-inspector/settings") { (request) throws(Failure) in try await self.change(request) }
        routes.get("/traffic-inspector/{id}") { (request) throws(Failure) in
            let object = try await Self.resource(request).get(request.captured("id"), by: request.caller)
            return .page(TrafficDetail.page(object, request))
        }
        routes.get("/traffic-inspector/{id}/replay") { (request) throws(Failure) in
            try request.mayChange()
            let object = try await Self.resource(request).get(request.captured("id"), by: request.caller)
            return .page(try await TrafficReplay.form(object, request, nil))
        }
        routes.post("/traffic-inspector/{id}/replay") { (request) throws(Failure) in
            try await TrafficReplay.send(request)
        }
    }

    static func resource(_ request: PageRequest) throws(Failure) -> any APIResource {
        guard let resource = request.control.resources.first(where: { $0.shape.path == "traffic_inspector" }) else {
            throw Failure(.pageUnknown, "This edge captures no traffic.")
        }
        return resource
    }

    // MARK: - The list

    private func list(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let resource = try Self.resource(request)
        let filter = request.query.text("q")
        let settings = try await Self.perform("settings", [:], request) ?? JSONObject()
        let isOff = settings.text("mode") == "off"
        var page = ListPage(items: [], next: nil)
        var problem: Failure?
        do throws(Failure) {
            var items = TrafficFilterText.parameters(filter, resource.shape) + [("limit", "\(Self.limit)")]
            if let before = request.query["before"] { items.append(("before_id", before)) }
            page = try await resource.list(
                try ListQuery(items.map { (name: $0.0, value: $0.1) }, of: resource.shape),
                by: request.caller
            )
        } catch {
            guard error.code.httpStatus < 500 else { throw error }
            problem = error
        }
        let rows = page.items.map { (href: Optional("/traffic-inspector/\($0.id)"), object: $0) }
        let view = ListView(
            filter: filter,
            table: rows.isEmpty ? nil : TableView("Requests", Self.columns, rows),
            hasTable: !rows.isEmpty,
            next: page.next.map { PercentEncoding.address("/traffic-inspector", [("q", filter), ("before", $0)]) },
            isFiltered: !filter.isEmpty && rows.isEmpty && problem == nil,
            problem: problem.map(ProblemView.init),
            empty: rows.isEmpty && filter.isEmpty ? Self.empty(isOff, request) : nil,
            note: Self.note(settings)
        )
        return .page(
            PageView(
                title: "Traffic inspector",
                fact: "Requests of visitors as they come; secrets are masked.",
                actions: [ActionView(text: "What is captured", href: "/traffic-inspector/settings")],
                topic: request.query.has("before") ? nil : .requests,
                body: request.render("traffic", view),
                status: problem?.code.httpStatus ?? 200
            )
        )
    }

    private static let columns = [
        Column("Request") { Cell("\($0.text("method")) \($0.text("path"))").with(sub: $0.text("host")) },
        Column("Status") { TrafficWords.status($0) },
        Column("Host", .tablet) { Cell($0.text("host")) },
        Column("Answered by", .desktop) { .text($0["answered_by"]) },
        Column("Visitor", .desktop) { .code($0.text("client_ip")) },
        Column("Took", isNumber: true) { Cell(TrafficWords.duration($0)) },
        Column("When", .tablet, isNumber: true) { $0.time("started_at") },
    ]

    private static func note(_ settings: JSONObject) -> String? {
        switch settings.text("mode") {
        case "off": "Nothing is captured at the moment: administrators switch it on."
        case "metadata": "Headers and bodies are not captured: administrators switch full capture on."
        default: nil
        }
    }

    private static func empty(_ isOff: Bool, _ request: PageRequest) -> EmptyView {
        EmptyView(
            isOff ? "Nothing is captured" : "No request yet",
            isOff
                ? "Requests of this account are not captured. An administrator decides what is kept of them."
                : "Requests appear here as they come. Make one:",
            command: isOff ? nil : "curl -i https://NAME.\(request.parts.configuration.surroundings.baseDomain)/",
            link: isOff ? .init(text: "What is captured", href: "/traffic-inspector/settings") : nil
        )
    }

    // MARK: - Operations

    static func perform(
        _ name: String,
        _ body: JSONObject,
        id: String = "",
        _ request: PageRequest
    ) async throws(Failure) -> JSONObject? {
        let resource = try Self.resource(request)
        guard let operation = resource.shape.operations.first(where: { $0.name == name }) else {
            throw Failure(.pageUnknown, "There is no \(name) here.")
        }
        let call = OperationCall(
            name: name,
            parameters: id.isEmpty ? [:] : ["id": id],
            body: try CheckedBody(body, of: operation.body ?? [], for: .create)
        )
        return try await resource.perform(call, by: request.caller)
    }

    private func settings(_ request: PageRequest, _ failure: Failure?) async throws(Failure) -> PageAnswer {
        let settings = try await Self.perform("settings", [:], request) ?? JSONObject()
        let mode = FormField(
            "mode",
            "What is kept of each request",
            .choice([
                .init("off", "Nothing"), .init("metadata", "Who asked for what, and what came of it"),
                .init("full", "That, and headers and the beginning of bodies"),
            ])
        )
        let share = FormField("full_per_mille", "Of a thousand requests, captured in full", .line, "1000 for all.")
        let names = FormField(
            "masked_names",
            "Names to hide beside the usual ones",
            .list,
            "Headers, parameters and cookies, one a line."
        )
        let fields = [
            try await FieldView(mode, [settings.text("mode")], error: nil, request),
            try await FieldView(share, ["\(settings["full_per_mille"]?.integer ?? 1000)"], error: nil, request),
            try await FieldView(names, settings.texts("masked_names"), error: nil, request),
        ]
        let view = FormView(
            action: "/traffic-inspector/settings",
            formToken: request.visit.formToken,
            fields: fields,
            button: "Save",
            back: "/traffic-inspector",
            problem: failure.map(ProblemView.init),
            note: request.refusalToAdminister
        )
        return .page(
            PageView(
                title: "What is captured",
                crumbs: [.init(text: "Traffic inspector", href: "/traffic-inspector")],
                body: request.render("form", view),
                status: failure?.code.httpStatus ?? 200
            )
        )
    }

    private func change(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        do throws(Failure) {
            let names = request.form.text("masked_names").split { $0.isNewline || $0 == "," }.map { String($0).trimmed }
            let body: JSONObject = [
                "mode": .string(request.form.text("mode")),
                "full_per_mille": .integer(Int64(request.form.text("full_per_mille")) ?? 1000),
                "masked_names": .texts(names.filter { !$0.isEmpty }),
            ]
            _ = try await Self.perform("update_settings", body, request)
            return .redirect("/traffic-inspector", done: "saved")
        } catch {
            guard error.code.httpStatus < 500 else { throw error }
            return try await self.settings(request, error)
        }
    }
}

enum TrafficWords {
    static func status(_ object: JSONObject) -> Cell {
        guard let status = object["status"]?.integer else { return .state(.bad, "None") }
        let isRefused = object.text("answered_by") == "policy" && status >= 400
        if status >= 500 || isRefused { return .state(.bad, "\(status)") }
        return status >= 400 ? .state(.warn, "\(status)") : .state(.ok, "\(status)")
    }

    static func duration(_ object: JSONObject) -> String {
        let microseconds = object["duration_us"]?.integer ?? 0
        if microseconds < 1000 { return "\(microseconds) µs" }
        return microseconds < 1_000_000
            ? "\(microseconds / 1000) ms" : "\(NumberText.rate(Double(microseconds) / 1e6)) s"
    }
}

/// What people type into the filter: `status:5xx path:/v1/`, or an expression of the filter language.
enum TrafficFilterText {
    static func parameters(_ text: String, _ shape: ResourceShape) -> [(String, String)] {
        let words = text.split(separator: " ").map(String.init)
        guard !words.isEmpty else { return [] }
        let short = ["endpoint": "endpoint_url", "ip": "client_ip", "error": "error_code"]
        var found: [(String, String)] = []
        for word in words {
            let sides = word.split(separator: ":", maxSplits: 1)
            guard sides.count == 2 else { return [("filter", text)] }
            let name = short[String(sides[0])] ?? String(sides[0])
            guard shape.parameters.contains(name) else { return [("filter", text)] }
            found.append((name, String(sides[1])))
        }
        return found
    }
}
