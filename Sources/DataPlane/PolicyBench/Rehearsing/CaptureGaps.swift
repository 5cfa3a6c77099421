import Capture
import PolicyEngine
import TrafficPolicy

/// What a policy looks at that captures do not have, or have masked: of exchanges in which it does nothing can be said.
struct CaptureGaps {
    private struct Key: Hashable {
        let phase: PolicyPhase
        let rule: Int
    }

    private struct RuleText {
        /// Of all expressions, in small letters.
        let text: String
        let types: Set<ActionType>
    }

    /// What requests of which metadata alone were captured do not tell.
    private static let messageNames = [
        "req.headers", "getreqheader", "hasreqheader", "req.cookies", "getreqcookie", "hasreqcookie", "req.content_",
        "req.trailers", "req.version", "req.location", "res.headers", "getresheader", "hasresheader", "res.cookies",
        "getrescookie", "hasrescookie", "res.content_", "res.trailers", "res.location",
    ]
    /// What is never captured.
    private static let connectionNames = [
        "conn.tls.", "conn.server", "conn.client_port", "conn.bytes", "conn.k8s", "actions.ngrok.terminate_tls",
    ]
    private static let cookieNames = ["req.cookies", "getreqcookie"]
    private static let setCookieNames = ["res.cookies", "getrescookie"]
    /// These look at credentials, or at all of a body.
    private static let credentialActions: Set<ActionType> = [
        .basicAuth, .jwtValidation, .oauth, .openIDConnect, .verifyWebhook,
    ]
    private static let messageActions: Set<ActionType> = [
        .owaspCRSRequest, .owaspCRSResponse, .requestBodyFindReplace, .responseBodyFindReplace, .sseFindReplace,
    ]

    private let rules: [Key: RuleText]

    init(_ program: PolicyProgram) {
        var rules: [Key: RuleText] = [:]
        for phase in PolicyPhase.allCases {
            for (number, rule) in program.rules(in: phase).enumerated() {
                rules[Key(phase: phase, rule: number)] = RuleText(
                    text: rule.sources.joined(separator: "\n").lowercased(),
                    types: Set(rule.types)
                )
            }
        }
        self.rules = rules
    }

    /// Why nothing can be said of an exchange in which a policy took these steps; nil where something can.
    func reason(_ steps: [PolicyRecord.Step], _ exchange: TrafficExchange) -> String? {
        let masked = Self.masked(exchange.detail?.request)
        let answered = Self.masked(exchange.detail?.response)
        let isQueryMasked = exchange.facts.query.contains(TrafficMask.text)
        for step in steps {
            guard let rule = self.rules[Key(phase: step.place.phase, rule: step.place.rule)] else { continue }
            switch step.event {
            case .matched, .unmatched:
                if let reason = Self.reason(rule.text, exchange, masked + answered, isQueryMasked: isQueryMasked) {
                    return reason
                }
                guard step.event == .matched else { continue }
                if let reason = Self.reason(rule.types, exchange, masked) { return reason }
            case .went, .ended: continue
            }
        }
        return nil
    }

    /// Names of headers of which something is hidden, in small letters.
    private static func masked(_ message: CapturedMessage?) -> [String] {
        (message?.fields ?? []).filter(\.isMasked).map { $0.name.lowercased() }
    }

    private static func reason(
        _ text: String,
        _ exchange: TrafficExchange,
        _ masked: [String],
        isQueryMasked: Bool
    ) -> String? {
        if let name = self.connectionNames.first(where: text.contains) {
            return "a rule looks at \(name), which is not captured"
        }
        if exchange.detail == nil, let name = self.messageNames.first(where: text.contains) {
            return "a rule looks at \(name), and metadata alone were captured"
        }
        if let name = masked.first(where: text.contains) { return "a rule looks at \(name), which is masked" }
        if masked.contains("cookie"), let name = self.cookieNames.first(where: text.contains) {
            return "a rule looks at \(name), which is masked"
        }
        if masked.contains("set-cookie"), let name = self.setCookieNames.first(where: text.contains) {
            return "a rule looks at \(name), which is masked"
        }
        let isUnknown = isQueryMasked && Self.looksAtQuery(text)
        return isUnknown ? "a rule looks at the query, parts of which are masked" : nil
    }

    /// Members of `req.url` that say nothing of the query.
    private static let partsWithoutQuery = [
        ".path", ".raw_path", ".host", ".port", ".scheme", ".authority", ".user_password",
    ]

    /// By its own name, or by that of a URL that has it.
    private static func looksAtQuery(_ text: String) -> Bool {
        if text.contains("query") { return true }
        var rest = text[...]
        while let range = rest.firstRange(of: "req.url") {
            rest = rest[range.upperBound...]
            if !self.partsWithoutQuery.contains(where: rest.hasPrefix) { return true }
        }
        return false
    }

    private static func reason(_ types: Set<ActionType>, _ exchange: TrafficExchange, _ masked: [String]) -> String? {
        if types.contains(.httpRequest) { return "http-request asks nobody in a rehearsal" }
        let judges = types.intersection(self.credentialActions)
        if let type = judges.map(\.rawValue).min(),
            exchange.detail == nil || !masked.isEmpty || type == "verify-webhook"
        {
            return "\(type) looks at what is masked or not captured"
        }
        let isWhole = exchange.detail.map { !$0.request.isBodyCut && !$0.request.isBodyMasked } ?? false
        if let type = types.intersection(self.messageActions).map(\.rawValue).min(), !isWhole {
            return "\(type) looks at bodies, which are not whole, or masked"
        }
        return nil
    }
}
