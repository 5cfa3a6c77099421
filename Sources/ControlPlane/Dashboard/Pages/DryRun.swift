import Control
import JSON
import Model

/// What a draft of a policy would have done otherwise with captured requests, beside the draft and below it.
struct DryRun: Sendable {
    /// How many of the newest requests are taken.
    private static let limit = 1000
    /// Groups of which examples are looked up, so that a page asks for few requests.
    private static let shownGroups = 40
    private static let shownExamples = 3

    /// The counts, and what stood in the way; nil before the first run.
    struct Summary: Sendable {
        let isEmpty: Bool
        let counts: [Count]
        let bars: [Bar]
        let sentence: String
        let reasons: [String]
        let problem: ProblemView?
    }

    struct Count: Sendable {
        let look: String
        let word: String
        let number: String
    }

    /// A part of the bar, which is 1000 wide.
    struct Bar: Sendable {
        let style: String
        let x: Int
        let width: Int
    }

    /// What one rule decides otherwise.
    struct RuleView: Sendable {
        let rule: String
        let count: String
        let changes: [ChangeView]
    }

    struct ChangeView: Sendable {
        let change: String
        let count: String
        let examples: [PageView.Link]
    }

    let summary: Summary
    let rules: [RuleView]
    let hasRules: Bool

    private init(_ summary: Summary, _ rules: [RuleView] = []) {
        self.summary = summary
        self.rules = rules
        self.hasRules = !rules.isEmpty
    }

    /// Runs the newest requests to an endpoint through a draft. What is wrong with the draft stands in the result.
    static func of(_ draft: String, at endpoint: String, _ request: PageRequest) async throws(Failure) -> DryRun {
        let body: JSONObject = [
            "traffic_policy": .string(draft), "endpoint_url": .string(endpoint), "limit": .integer(Int64(Self.limit)),
        ]
        do throws(Failure) {
            let report = try await TrafficPage.perform("rehearse", body, request) ?? JSONObject()
            return DryRun(Self.summary(report), try await Self.rules(report, request))
        } catch {
            guard error.code.httpStatus < 500 else { throw error }
            return DryRun(
                Summary(isEmpty: false, counts: [], bars: [], sentence: "", reasons: [], problem: ProblemView(error))
            )
        }
    }

    private static func summary(_ report: JSONObject) -> Summary {
        func number(_ name: String) -> Int { Int(report[name]?.integer ?? 0) }
        let (same, other, open) = (number("unchanged"), number("changed"), number("undecided"))
        let whole = number("examined")
        let counts = [
            Count(look: "ok", word: "Same answer", number: NumberText.grouped(same)),
            Count(look: "warn", word: "Answered differently", number: NumberText.grouped(other)),
            Count(look: "idle", word: "Undecided", number: NumberText.grouped(open)),
        ]
        return Summary(
            isEmpty: whole == 0,
            counts: counts,
            bars: Self.bars([("b1", same), ("er", other), ("b2", open)], whole),
            sentence: """
                The last \(NumberText.grouped(whole)) requests: \(NumberText.grouped(same)) have the same answer, \
                \(NumberText.grouped(other)) another, of \(NumberText.grouped(open)) nothing can be said.
                """,
            reasons: (report["undecided_because"]?.array ?? []).compactMap(\.object).map {
                "\(NumberText.grouped(Int($0["count"]?.integer ?? 0))) × \($0.text("reason"))"
            },
            problem: nil
        )
    }

    /// Whatever is there can be seen, however few it is.
    private static func bars(_ parts: [(style: String, count: Int)], _ whole: Int) -> [Bar] {
        guard whole > 0 else { return [] }
        var x = 0
        return parts.compactMap { style, count in
            guard count > 0 else { return nil }
            let width = max(8, 1000 * count / whole)
            defer { x += width }
            return Bar(style: style, x: x, width: width)
        }
    }

    /// By the rule that decides; the one that decides most comes first.
    private static func rules(_ report: JSONObject, _ request: PageRequest) async throws(Failure) -> [RuleView] {
        let groups = (report["groups"]?.array ?? []).compactMap(\.object).prefix(Self.shownGroups)
        var order: [String] = []
        var changes: [String: [ChangeView]] = [:]
        var counts: [String: Int] = [:]
        for group in groups {
            let rule = group.text("rule")
            let count = Int(group["count"]?.integer ?? 0)
            if changes[rule] == nil { order.append(rule) }
            counts[rule, default: 0] += count
            let view = ChangeView(
                change: group.text("change"),
                count: NumberText.grouped(count),
                examples: try await Self.examples(group.texts("examples"), request)
            )
            changes[rule, default: []].append(view)
        }
        return order.sorted { counts[$0, default: 0] > counts[$1, default: 0] }.map { rule in
            RuleView(
                rule: rule.isEmpty ? "No rule" : rule,
                count: NumberText.grouped(counts[rule, default: 0]),
                changes: changes[rule] ?? []
            )
        }
    }

    private static func examples(_ ids: [String], _ request: PageRequest) async throws(Failure) -> [PageView.Link] {
        let resource = try TrafficPage.resource(request)
        var links: [PageView.Link] = []
        for id in ids.prefix(Self.shownExamples) {
            do throws(Failure) {
                let object = try await resource.get(id, by: request.caller)
                links.append(
                    .init(text: "\(object.text("method")) \(object.text("path"))", href: "/traffic-inspector/\(id)")
                )
            } catch {
                // Its time was over between the run and this: the others are still there.
                guard error.code == .replayUnknown else { throw error }
            }
        }
        return links
    }
}
