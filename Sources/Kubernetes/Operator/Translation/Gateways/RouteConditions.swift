import LinearRegex

/// Why a rule of a route cannot be carried out.
struct RuleProblem: Error, Equatable {
    enum Reason: String {
        case unsupportedValue = "UnsupportedValue"
        case incompatibleFilters = "IncompatibleFilters"
    }

    let reason: Reason
    let message: String

    static func unsupported(_ words: String) -> RuleProblem { RuleProblem(reason: .unsupportedValue, message: words) }
}

/// One way in which a request fits a rule: expressions, and what decides whether it is tried before others
/// (`spec/kubernetes.md` 9.4, 9.5).
struct RouteMatch {
    let conditions: [String]
    /// The same without the method, for requests that ask whether they may be made.
    let conditionsOfAnyMethod: [String]
    /// Compared member by member; the smaller is tried first.
    let rank: [Int]
    /// The prefix that was matched; nil where the path was matched in another way.
    let prefix: String?

    /// Makes a match of an HTTPRoute; nil stands for the one that all requests fit.
    static func http(_ match: HTTPRoute.Match?) throws(RuleProblem) -> RouteMatch {
        let type = match?.path?.type ?? "PathPrefix"
        let value = match?.path?.value ?? "/"
        let path = RulePath.normalized(value)
        var conditions: [String] = []
        var prefix: String?
        let pathRank: [Int]
        switch type {
        case "Exact":
            conditions.append(PathCondition.exact(path))
            pathRank = [0, 0]
        case "PathPrefix":
            if let condition = PathCondition.prefix(path) { conditions.append(condition) }
            prefix = PathCondition.trimmed(path)
            pathRank = [1, -PathCondition.trimmed(path).utf8.count]
        case "RegularExpression":
            conditions.append("req.url.path.matches(\(try Self.whole(value)))")
            pathRank = [2, -value.utf8.count]
        default: throw .unsupported("the path match \(type) is not known")
        }
        let headers = try Self.headers(match?.headers ?? [])
        let parameters = try Self.parameters(match?.queryParams ?? [])
        let method = match?.method.map { "req.method == \(CELText.literal($0))" }
        let others = conditions + headers + parameters
        return RouteMatch(
            conditions: [method].compactMap(\.self) + others,
            conditionsOfAnyMethod: others,
            rank: pathRank + [method == nil ? 1 : 0, -headers.count, -parameters.count],
            prefix: prefix
        )
    }

    /// Makes a match of a GRPCRoute; nil stands for the one that all calls fit.
    static func grpc(_ match: GRPCRoute.Match?) throws(RuleProblem) -> RouteMatch {
        let method = match?.method
        let headers = try Self.headers(match?.headers ?? [])
        var conditions: [String] = []
        switch method?.type ?? "Exact" {
        case "Exact":
            switch (method?.service, method?.method) {
            case (let service?, let name?): conditions = [PathCondition.exact("/\(service)/\(name)")]
            case (let service?, nil): conditions = ["req.url.path.startsWith(\(CELText.literal("/\(service)/")))"]
            case (nil, let name?): conditions = ["req.url.path.endsWith(\(CELText.literal("/\(name)")))"]
            case (nil, nil): break
            }
        case "RegularExpression":
            let service = method?.service ?? "[^/]+"
            let name = method?.method ?? "[^/]+"
            conditions = ["req.url.path.matches(\(try Self.whole("/(?:\(service))/(?:\(name))")))"]
        case let other: throw .unsupported("the method match \(other) is not known")
        }
        let service = method?.service?.utf8.count ?? 0
        return RouteMatch(
            conditions: conditions + headers,
            conditionsOfAnyMethod: conditions + headers,
            rank: [-service, -(method?.method?.utf8.count ?? 0), -headers.count],
            prefix: nil
        )
    }

    // MARK: - Fields

    /// The first of several entries of one name counts.
    private static func headers(_ matches: [NamedMatch]) throws(RuleProblem) -> [String] {
        var seen: Set<String> = []
        var conditions: [String] = []
        for match in matches where seen.insert(match.name.lowercased()).inserted {
            let value = "getReqHeader(\(CELText.literal(match.name))).join(',')"
            switch match.type ?? "Exact" {
            case "Exact": conditions.append("\(value) == \(CELText.literal(match.value))")
            case "RegularExpression":
                let name = CELText.literal(match.name)
                conditions.append("hasReqHeader(\(name)) && \(value).matches(\(try Self.whole(match.value)))")
            case let other: throw .unsupported("the header match \(other) is not known")
            }
        }
        return conditions
    }

    private static func parameters(_ matches: [NamedMatch]) throws(RuleProblem) -> [String] {
        var seen: Set<String> = []
        var conditions: [String] = []
        for match in matches where seen.insert(match.name).inserted {
            let name = CELText.literal(match.name)
            let first = "getQueryParam(\(name))[0]"
            switch match.type ?? "Exact" {
            case "Exact": conditions.append("hasQueryParam(\(name)) && \(first) == \(CELText.literal(match.value))")
            case "RegularExpression":
                conditions.append("hasQueryParam(\(name)) && \(first).matches(\(try Self.whole(match.value)))")
            case let other: throw .unsupported("the query parameter match \(other) is not known")
            }
        }
        return conditions
    }

    /// A literal of a pattern that matches the whole of a text.
    private static func whole(_ pattern: String) throws(RuleProblem) -> String {
        do throws(LinearRegexError) {
            _ = try LinearRegex(pattern)
            return CELText.literal("^(?:\(pattern))$")
        } catch {
            throw .unsupported("\"\(pattern)\" is no regular expression: \(error.problem)")
        }
    }
}
