import APITypes
import Control
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Model
import Testing

@testable import APIServer
@testable import Dashboard

/// A second account sees nothing of the first by any page or URL, and changes nothing of it. What is asked is made of the
/// tables of routes, so that a page or a call that is added is asked too.
@Suite struct IsolationTests {
    private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `No page of the dashboard shows or changes anything of another account`() async throws {
        try await DashboardUnderTest.run { it in
            let mine = try await Possessions(of: it)
            let before = try await Self.everything(of: it, mine)
            let stranger = try await it.signedInOther()
            let parts = DashboardParts(it.configuration, it.control, TrafficHistory(), try Templates())
            let routes = DashboardRouter.make(parts, self.silent).routes
            #expect(routes.count > 100)
            var asked = 0
            // HEAD is answered by what answers GET.
            for route in routes where route.method != .head && !route.path.description.hasPrefix("/sign-out") {
                let path = "\(route.path)"
                // A stream has no end, and says no more than that something has changed.
                guard !path.hasPrefix("/live/") else { continue }
                for target in Self.targets(of: path, Self.candidates(forPage: path, mine), mine) {
                    let answer = try await self.ask(stranger, route.method, target)
                    asked += 1
                    Self.check(answer, "\(route.method) \(target)", target, mine, mustFail: path.contains("{id}"))
                }
            }
            #expect(asked > 200)
            #expect(try await Self.everything(of: it, mine) == before)
        }
    }

    private func ask(
        _ browser: Browser,
        _ method: HTTPRequest.Method,
        _ target: String
    ) async throws -> Browser.Answer {
        guard method == .post else { return try await browser.get(target) }
        let form = ["description": "taken", "typed": Possessions.mark, "metadata": "taken"]
        let answer = try await browser.post(target, form)
        guard answer.text.contains(ErrorCode.formForeign.name) else { return answer }
        // The form's token was that of a page that has none.
        _ = try await browser.get("/settings")
        return try await browser.post(target, form)
    }

    @Test func `No call of the API shows or changes anything of another account`() async throws {
        try await DashboardUnderTest.run { it in
            let mine = try await Possessions(of: it)
            let before = try await Self.everything(of: it, mine)
            let key = try await APIKeyProvisioning(store: it.store).create(
                account: it.other.account,
                user: it.other.user
            )
            let api = Browser(port: it.apiPort, tls: it.tls)
            let router = APIRouter.make(
                APIServerConfiguration(host: "127.0.0.1", port: 0),
                APILimits(callsPerMinute: 1, failuresPerMinute: 1),
                it.control,
                self.silent
            )
            let methods = Set(Method.allCases.map(\.rawValue))
            var asked = 0
            for route in router.routes where methods.contains(route.method.rawValue) {
                let path = "\(route.path)"
                for target in Self.targets(of: path, Self.candidates(forCall: path, mine), mine) {
                    for body in try Self.bodies(for: path, route.method, mine) {
                        let answer = try await api.ask(
                            route.method.rawValue,
                            target,
                            fields: Self.fields(key.token, body),
                            body: body
                        )
                        asked += 1
                        let names =
                            path.contains("{id}")
                            || mine.secrets.contains { $0 != Possessions.mark && body.contains($0) }
                        Self.check(answer, "\(route.method) \(target) \(body)", target + body, mine, mustFail: names)
                    }
                }
            }
            #expect(asked > 300)
            #expect(try await Self.everything(of: it, mine) == before)
        }
    }

    // MARK: - What is asked

    private static func fields(_ key: Secret, _ body: String) -> [String: String] {
        var fields = ["authorization": "Bearer \(key.reveal())", "ngrok-version": "2"]
        if !body.isEmpty { fields["content-type"] = "application/json" }
        return fields
    }

    /// The addresses that a route has, with the identifiers of the first account in its captures; lists are asked for what
    /// the first account's are called and for what comes behind each of its.
    private static func targets(of path: String, _ candidates: [String], _ mine: Possessions) -> [String] {
        guard path.contains("{") else {
            return [path, "\(path)?q=kept-by-one"] + candidates.prefix(1).map { "\(path)?before=\($0)&before_id=\($0)" }
        }
        return candidates.map { id in
            path.split(separator: "/").map { $0.hasPrefix("{") ? id : String($0) }.reduce("") { "\($0)/\($1)" }
        }
    }

    /// Identifiers of the kind that the page is about; of three kinds where that cannot be told.
    private static func candidates(forPage path: String, _ mine: Possessions) -> [String] {
        let page = AllPages.resources.first { path == $0.path || path.hasPrefix("\($0.path)/") }
        let others = ["/traffic-inspector": "traffic_inspector", "/members": "members"]
        let kind = page?.shape.path ?? others.first { path.hasPrefix($0.key) }?.value
        return Self.some(kind, mine)
    }

    private static func candidates(forCall path: String, _ mine: Possessions) -> [String] {
        let kinds = mine.ids.keys.filter { path == "/\($0)" || path.hasPrefix("/\($0)/") }
        return Self.some(kinds.max { $0.count < $1.count }, mine)
    }

    private static func some(_ kind: String?, _ mine: Possessions) -> [String] {
        guard let kind else { return ["members", "endpoints", "credentials"].compactMap { mine.ids[$0]?.first } }
        return Array((mine.ids[kind] ?? []).prefix(2))
    }

    /// What a call sends: nothing, a change, and what has made the first account's own, which names others of its.
    private static func bodies(
        for path: String,
        _ method: HTTPRequest.Method,
        _ mine: Possessions
    ) throws -> [String] {
        guard ["POST", "PATCH"].contains(method.rawValue) else { return [""] }
        guard !path.contains("{") else { return ["{\"metadata\": \"taken\"}", ""] }
        return mine.bodies[String(path.dropFirst())].map { [Self.renamed($0)] } ?? [""]
    }

    /// What the first account has sent, under another name: what comes of it is the second account's own.
    private static func renamed(_ body: JSONObject) -> String {
        JSONValue.object(body).text.replacing(Possessions.mark, with: "made-by-two")
    }

    // MARK: - What is seen

    private static func check(
        _ answer: Browser.Answer,
        _ call: String,
        _ said: String,
        _ mine: Possessions,
        mustFail: Bool
    ) {
        #expect(answer.status < 500, "\(call): \(answer)")
        if mustFail { #expect(answer.status >= 400, "\(call): \(answer)") }
        // What was said in the question may stand in the answer.
        let leaked = mine.secrets.filter { secret in
            // Some kinds are known by two prefixes.
            let unique = String(secret.split(separator: "_").last ?? "")
            return !said.contains(unique) && answer.text.contains(secret)
        }
        #expect(leaked.isEmpty, "\(call) shows \(leaked.sorted())")
        #expect(!answer.text.contains("ines@example.test"), "\(call) shows a member")
    }

    /// All that the first account has, as its own caller sees it.
    private static func everything(of it: DashboardUnderTest, _ mine: Possessions) async throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        for resource in it.control.resources where resource.shape.verbs.contains(.list) {
            let page = try await resource.list(ListQuery(), by: mine.owner)
            found[resource.shape.path] = page.items.map { JSONValue.object($0).text }
        }
        found["members"] = try await it.control.members.list(for: mine.owner).map { "\($0)" }
        found["links"] = try await it.control.members.invitations(for: mine.owner).map { "\($0)" }
        return found
    }
}
