package import JSON

/// What would have become of captured traffic under a draft of a policy, next to what becomes of it under the policy
/// that is attached (`docs/traffic-inspector.md`).
package struct RehearsalReport: Sendable, Equatable {
    /// What is different for some exchanges, and why.
    package struct Group: Sendable, Equatable {
        /// The rule of the draft that decided, as `on_http_request[1] "no admin"`; where the draft lets pass what a rule
        /// of the attached policy decided, that one, with `attached: ` before it.
        package var rule: String
        /// In one line: `status 200 becomes 403`.
        package var change: String
        package var count: Int
        /// The first few, by their identifiers.
        package var examples: [String]
    }

    /// Examples of one group.
    package static let mostExamples = 5
    package static let mostGroups = 200

    /// Exchanges that were looked at.
    package var examined = 0
    package var unchanged = 0
    package var changed = 0
    /// Those of which nothing can be said, because what decides about them was not captured, or is masked.
    package var undecided = 0
    /// The largest first.
    package var groups: [Group] = []
    /// Why some are undecided, with how many.
    package var reasons: [String: Int] = [:]
    package var milliseconds: Int64 = 0

    package init() {}

    package mutating func note(_ change: String, by rule: String, of id: String) {
        self.changed += 1
        if let index = self.groups.firstIndex(where: { $0.rule == rule && $0.change == change }) {
            self.groups[index].count += 1
            if self.groups[index].examples.count < Self.mostExamples { self.groups[index].examples.append(id) }
        } else if self.groups.count < Self.mostGroups {
            self.groups.append(Group(rule: rule, change: change, count: 1, examples: [id]))
        }
    }

    package var json: JSONObject {
        [
            "examined": .integer(Int64(self.examined)), "unchanged": .integer(Int64(self.unchanged)),
            "changed": .integer(Int64(self.changed)), "undecided": .integer(Int64(self.undecided)),
            "groups": .array(
                self.groups.map { group in
                    [
                        "rule": .string(group.rule), "change": .string(group.change),
                        "count": .integer(Int64(group.count)),
                        "examples": .array(group.examples.map(JSONValue.string)),
                    ]
                }
            ),
            "undecided_because": .array(
                self.reasons.sorted { $0.key < $1.key }.map { reason, count in
                    ["reason": .string(reason), "count": .integer(Int64(count))]
                }
            ),
            "duration_ms": .integer(self.milliseconds),
        ]
    }
}
