import JSON

/// Why a captured request was answered as it was: each rule that it met, in order, and the one that decided.
struct TrafficExplanation {
    struct RuleView {
        let look: String
        let word: String
        let title: String
        let isOff: Bool
        let conditions: [ConditionView]
        let actions: [ActionView]
        let isAlways: Bool
    }

    struct ConditionView {
        let expression: String
        let result: String
        let values: [ValueView]
    }

    struct ValueView {
        let name: String
        let value: String
    }

    struct ActionView {
        let type: String
        let word: String
    }

    /// What is said above the rules.
    struct VerdictView {
        let look: String
        let title: String
        let text: String
    }

    let rules: [RuleView]
    let hasRules: Bool
    let verdict: VerdictView?
    let isCut: Bool

    init(_ object: JSONObject) {
        let groups = Self.groups((object["policy_log"]?.array ?? []).compactMap(\.object))
        self.rules = groups.map { Self.rule($0, isOwn: $0.first?.text("endpoint_url") == object.text("endpoint_url")) }
        self.hasRules = !self.rules.isEmpty
        self.verdict = Self.verdict(groups, object)
        self.isCut = object["is_policy_log_cut"]?.bool ?? false
    }

    /// The entries of each rule, which stand together.
    private static func groups(_ log: [JSONObject]) -> [[JSONObject]] {
        var groups: [[JSONObject]] = []
        for entry in log {
            if let last = groups.last?.first, Self.place(last) == Self.place(entry) {
                groups[groups.count - 1].append(entry)
            } else {
                groups.append([entry])
            }
        }
        return groups
    }

    private static func place(_ entry: JSONObject) -> [String] {
        [entry.text("endpoint_url"), entry.text("phase"), "\(entry["rule"]?.integer ?? 0)"]
    }

    private static func name(_ entry: JSONObject) -> String {
        let name = entry.text("rule_name")
        return "\(entry.text("phase"))[\(entry["rule"]?.integer ?? 0)]\(name.isEmpty ? "" : " \"\(name)\"")"
    }

    private static func rule(_ entries: [JSONObject], isOwn: Bool) -> RuleView {
        let events = entries.map { $0.text("event") }
        let conditions = entries.filter { ["matched", "unmatched"].contains($0.text("event")) }
        let (look, word) =
            events.contains("failed")
            ? ("bad", "Failed")
            : events.contains("ended")
                ? ("warn", "Decided") : events.contains("unmatched") ? ("idle", "Did not match") : ("ok", "Matched")
        let first = entries.first ?? JSONObject()
        return RuleView(
            look: look,
            word: word,
            title: isOwn ? Self.name(first) : "\(Self.name(first)) of \(first.text("endpoint_url"))",
            isOff: events == ["unmatched"],
            conditions: conditions.filter { !$0.text("expression").isEmpty }.map(Self.condition),
            actions: entries.filter { !$0.text("action_type").isEmpty }.map {
                ActionView(type: $0.text("action_type"), word: Self.word($0))
            },
            isAlways: conditions.contains { $0.text("event") == "matched" && $0.text("expression").isEmpty }
        )
    }

    private static func condition(_ entry: JSONObject) -> ConditionView {
        ConditionView(
            expression: entry.text("expression"),
            result: entry.text("event") == "matched" ? "true" : "false",
            values: (entry["values"]?.array ?? []).compactMap(\.object).map {
                ValueView(name: $0.text("name"), value: $0.text("value"))
            }
        )
    }

    private static func word(_ entry: JSONObject) -> String {
        switch entry.text("event") {
        case "ended" where entry.text("action_type") == "forward-internal": "forwarded it, and ended the phase"
        case "ended": "answered it, and ended the phase"
        case "failed": "failed"
        default: "ran"
        }
    }

    /// Nil where a service has answered, or nothing is known of policies.
    private static func verdict(_ groups: [[JSONObject]], _ object: JSONObject) -> VerdictView? {
        guard object.text("answered_by") == "policy",
            let rule = groups.last(where: { $0.contains { $0.text("event") == "ended" } }),
            let end = rule.last(where: { $0.text("event") == "ended" })
        else { return nil }
        let status = object["status"]?.integer.map { "\($0)" } ?? "nothing"
        let isRefused = (object["status"]?.integer ?? 0) >= 400
        let values = rule.flatMap { $0["values"]?.array ?? [] }.compactMap(\.object).map {
            "\($0.text("name")) was \($0.text("value"))"
        }
        let because = values.isEmpty ? "" : ", because \(values.prefix(4).joined(separator: ", "))"
        return VerdictView(
            look: isRefused ? "bad" : "ok",
            title: "\(isRefused ? "Refused" : "Answered") by \(Self.name(end))",
            text: "\(end.text("action_type")) answered \(status)\(because). Your service did not see the request."
        )
    }
}
