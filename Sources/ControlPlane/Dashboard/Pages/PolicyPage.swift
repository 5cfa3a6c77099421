import APITypes
import Control
import HTTPTypes
import Hummingbird
import JSON
import Model

/// The policy of an endpoint: an editor that checks as one types, says what the draft changes, runs it over captured
/// requests, and saves. What agents bring can be drafted and tried here, and is saved where the agent is configured.
struct PolicyPage: DashboardPage {
    private struct View {
        let action: String
        let check: String
        let dryRun: String
        let formToken: String
        let text: String
        let rows: Int
        let refusal: String?
        let look: String
        let state: String
        let problems: [PolicyFinding]
        let run: DryRun?
    }

    func add(to routes: PageRoutes) {
        routes.get("/endpoints/{id}/policy") { (request) throws(Failure) in
            let object = try await self.endpoint(request)
            return .page(self.page(object, object.text("traffic_policy"), [], nil, request))
        }
        routes.post("/endpoints/{id}/policy/check") { (request) throws(Failure) in try await self.check(request) }
        routes.post("/endpoints/{id}/policy/dry-run") { (request) throws(Failure) in try await self.rehearse(request) }
        routes.post("/endpoints/{id}/policy") { (request) throws(Failure) in try await self.save(request) }
    }

    private func endpoint(_ request: PageRequest) async throws(Failure) -> JSONObject {
        try await ResourcePage.endpoints.resource(request).get(request.captured("id"), by: request.caller)
    }

    private func page(
        _ object: JSONObject,
        _ text: String,
        _ problems: [PolicyFinding],
        _ run: DryRun?,
        _ request: PageRequest
    ) -> PageView {
        let path = "/endpoints/\(object.id)"
        let refusal = request.refusalToChange ?? ResourcePage.endpoints.refusal(object)
        let view = View(
            action: "\(path)/policy",
            check: "\(path)/policy/check",
            dryRun: "\(path)/policy/dry-run",
            formToken: request.visit.formToken,
            text: text,
            rows: min(max(text.split(separator: "\n", omittingEmptySubsequences: false).count, 12), 60),
            refusal: refusal,
            look: problems.isEmpty ? "idle" : "bad",
            state: !problems.isEmpty
                ? "Not saved" : text == object.text("traffic_policy") ? "As it is served" : "Draft",
            problems: problems,
            run: run
        )
        return PageView(
            title: "Traffic policy",
            fact: refusal ?? "It is in force as soon as it is saved.",
            crumbs: [
                .init(text: "Endpoints", href: "/endpoints"), .init(text: object.text("url"), href: path),
            ],
            body: request.render("policy", view),
            status: problems.isEmpty ? 200 : 400
        )
    }

    private func findings(
        _ object: JSONObject,
        _ draft: String,
        _ request: PageRequest
    ) async throws(Failure) -> [PolicyFinding] {
        try await request.control.findings(
            in: draft,
            for: object.text("url"),
            bindings: object.texts("bindings"),
            by: request.caller
        )
    }

    private func check(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let object = try await self.endpoint(request)
        let draft = request.form["traffic_policy"] ?? ""
        let served = object.text("traffic_policy")
        let isCloud = object.text("type") == "cloud"
        let findings = isCloud ? try await self.findings(object, draft, request) : []
        let problems = findings.map { finding in
            JSONValue.object([
                "line": .integer(Int64(finding.line)), "column": .integer(Int64(finding.column)),
                "code": .string(finding.code), "message": .string(finding.message),
                "offending": .string(finding.offending), "suggestion": .text(finding.suggestion),
            ])
        }
        let changes = LineDiff.between(served, draft).map { change in
            JSONValue.array([.string(change.sign), .string(change.text)])
        }
        let answer: JSONObject = [
            "problems": .array(problems), "changes": .array(changes), "isChanged": .bool(served != draft),
        ]
        return .response(
            Response(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: .init(bytes: JSONValue.object(answer).bytes))
            )
        )
    }

    /// Readers may do it too: nothing is changed, and nobody is sent anything.
    private func rehearse(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let object = try await self.endpoint(request)
        let draft = request.form["traffic_policy"] ?? ""
        let run = try await DryRun.of(draft, at: object.text("url"), request)
        return .page(self.page(object, draft, [], run, request))
    }

    private func save(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        try request.mayChange()
        let object = try await self.endpoint(request)
        let draft = request.form["traffic_policy"] ?? ""
        let findings = try await self.findings(object, draft, request)
        guard findings.isEmpty else { return .page(self.page(object, draft, findings, nil, request)) }
        let shape = ResourcePage.endpoints.shape
        let body = try CheckedBody(["traffic_policy": .string(draft)], of: shape.fields, for: .update)
        _ = try await ResourcePage.endpoints.resource(request).update(object.id, body, by: request.caller)
        return .redirect("/endpoints/\(object.id)/policy", done: "saved")
    }
}

/// The policy on the page of an endpoint.
enum PolicySection {
    private struct View {
        let title = "Traffic policy"
        let text: String?
        let href: String
        let link: String
    }

    static func html(_ object: JSONObject, _ request: PageRequest) -> HTML {
        let text = object.text("traffic_policy")
        return request.render(
            "policy-section",
            View(
                text: text.isEmpty ? nil : text,
                href: "/endpoints/\(object.id)/policy",
                link: object.text("type") == "cloud" ? "Edit" : "Try a draft"
            )
        )
    }
}
