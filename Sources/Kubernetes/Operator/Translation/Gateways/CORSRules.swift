import JSON

/// Answers to browsers that ask whether a page may make a request (Fetch §3.2).
struct CORSRules {
    private static let origin = "getReqHeader('origin')[0]"
    private static let seconds = 5

    let cors: RouteFilter.CORS

    init(_ cors: RouteFilter.CORS) { self.cors = cors }

    private var isForAll: Bool { self.cors.allowOrigins.contains("*") }
    private var isWithCredentials: Bool { self.cors.allowCredentials ?? false }

    /// True of requests from an origin that is allowed.
    private var condition: String {
        let known = self.cors.allowOrigins.filter { $0 != "*" }.map { origin in
            origin.contains("*")
                ? "\(Self.origin).matches(\(CELText.literal(Self.pattern(origin))))"
                : "\(Self.origin) == \(CELText.literal(origin))"
        }
        guard !self.isForAll else { return "hasReqHeader('origin')" }
        return known.isEmpty ? "false" : "hasReqHeader('origin') && (\(known.joined(separator: " || ")))"
    }

    /// `*` stands for one or more labels.
    private static func pattern(_ origin: String) -> String {
        let parts = origin.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false).map { part in
            part.replacing(".", with: "[.]")
        }
        return "^\(parts.joined(separator: "[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*"))$"
    }

    private var allowedOrigin: (String, String) {
        let isAny = self.isForAll && !self.isWithCredentials
        return ("access-control-allow-origin", isAny ? "*" : "${\(Self.origin)}")
    }

    private var credentials: [(String, String)] {
        self.isWithCredentials ? [("access-control-allow-credentials", "true")] : []
    }

    /// What answers preflight requests of a route; the backend never sees them.
    func preflight(_ conditions: [String], label: String) -> [SiteRoute] {
        let asking = [
            "req.method == 'OPTIONS'", "hasReqHeader('origin')", "hasReqHeader('access-control-request-method')",
        ]
        let methods = self.list(self.cors.allowMethods, requested: "access-control-request-method")
        var fields = [self.allowedOrigin] + self.credentials
        fields.append(("access-control-allow-methods", methods))
        if !self.cors.allowHeaders.isEmpty {
            let headers = self.list(self.cors.allowHeaders, requested: "access-control-request-headers")
            fields.append(("access-control-allow-headers", headers))
        }
        fields.append(("access-control-max-age", "\(self.cors.maxAge ?? Self.seconds)"))
        fields.append(("vary", "Origin"))
        return [
            SiteRoute(
                label: "\(label), preflight",
                conditions: conditions + asking + [self.condition],
                outcome: .actions([PolicyAction.answer(204, fields)])
            ),
            SiteRoute(
                label: "\(label), preflight of another origin",
                conditions: conditions + asking,
                outcome: .actions([PolicyAction.answer(204, [("vary", "Origin")])])
            ),
        ]
    }

    /// With credentials `*` would be a name: what was asked for stands in its place.
    private func list(_ values: [String], requested header: String) -> String {
        guard values.contains("*"), self.isWithCredentials else { return values.joined(separator: ", ") }
        return "${getReqHeader('\(header)').join(', ')}"
    }

    /// What is added to responses of the backend.
    var responseRules: [JSONValue] {
        var fields = [self.allowedOrigin] + self.credentials + [("vary", "Origin")]
        if !self.cors.exposeHeaders.isEmpty {
            fields.append(("access-control-expose-headers", self.cors.exposeHeaders.joined(separator: ", ")))
        }
        let names = [
            "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
        ]
        return [
            [
                "expressions": [.string(self.condition)],
                "actions": [PolicyAction.removeHeaders(names), PolicyAction.addHeaders(fields)],
            ]
        ]
    }
}

extension PolicyAction {
    /// An answer without a body.
    fileprivate static func answer(_ status: Int, _ fields: [(String, String)]) -> JSONValue {
        [
            "type": "custom-response",
            "config": [
                "status_code": .integer(Int64(status)),
                "headers": .object(JSONObject(fields.map { .init($0.0, .string($0.1)) })),
            ],
        ]
    }
}
