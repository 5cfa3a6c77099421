import JSON

/// A policy that somebody wrote, checked by itself, to be joined with rules that the operator makes.
struct UserPolicy: Equatable {
    /// Where it stands: `TrafficPolicy shop/limits`.
    let source: String
    /// The rules of each phase, as they were written.
    let phases: [String: [JSONValue]]

    init(source: String, document: JSONValue) {
        self.source = source
        var phases: [String: [JSONValue]] = [:]
        for member in document.object?.members ?? [] {
            phases[member.key] = member.value.array ?? []
        }
        self.phases = phases
    }

    /// Whether it says something about connections, which only the endpoint that visitors reach can do.
    var hasConnectRules: Bool { !(self.phases["on_tcp_connect"] ?? []).isEmpty }

    /// The document with `rules` behind, and `connectRules` before, what the user wrote; nil where it would be empty.
    static func document(
        _ policy: UserPolicy?,
        connect connectRules: [JSONValue] = [],
        request rules: [JSONValue] = [],
        connectEnd: [JSONValue] = []
    ) -> String? {
        var phases = policy?.phases ?? [:]
        phases["on_tcp_connect", default: []] = connectRules + (phases["on_tcp_connect"] ?? []) + connectEnd
        phases["on_http_request", default: []] += rules
        let members = ["on_tcp_connect", "on_http_request", "on_http_response", "on_event_stream_message"].compactMap {
            phase -> JSONObject.Member? in
            guard let rules = phases[phase], !rules.isEmpty else { return nil }
            return JSONObject.Member(phase, .array(rules))
        }
        return members.isEmpty ? nil : JSONValue.object(JSONObject(members)).text
    }
}
