import Addressing
import JSON

/// What the filters of a rule or of one backend come to, as actions of policies (`spec/kubernetes.md` 9.6).
struct RouteFilters {
    /// Done to requests before they go on.
    var actions: [JSONValue] = []
    /// Rules for responses.
    var responseRules: [JSONValue] = []
    /// Answers the request; nothing goes on.
    var redirect: [JSONValue]?
    var cors: RouteFilter.CORS?
    /// The policy that stands before the backend.
    var policy: RouteFilter.ExtensionRef?

    /// `url` is that of the endpoint, whose scheme and port redirects keep; `prefix` what was matched of the path, nil where
    /// that was no prefix.
    init(_ filters: [RouteFilter], url: EndpointURL, prefix: String?) throws(RuleProblem) {
        let types = filters.map(\.type)
        if types.contains("RequestRedirect"), types.contains("URLRewrite") {
            let words = "a rule redirects or rewrites, not both"
            throw RuleProblem(reason: .incompatibleFilters, message: words)
        }
        for filter in filters {
            switch filter.type {
            case "RequestHeaderModifier":
                guard let modifier = filter.requestHeaderModifier else { throw Self.empty(filter) }
                self.actions += try HeaderChanges.actions(modifier)
            case "ResponseHeaderModifier":
                guard let modifier = filter.responseHeaderModifier else { throw Self.empty(filter) }
                let actions = try HeaderChanges.actions(modifier)
                if !actions.isEmpty { self.responseRules.append(["actions": .array(actions)]) }
            case "RequestRedirect":
                guard let redirect = filter.requestRedirect else { throw Self.empty(filter) }
                self.redirect = try URLChanges(url: url, prefix: prefix).redirect(redirect)
            case "URLRewrite":
                guard let rewrite = filter.urlRewrite else { throw Self.empty(filter) }
                self.actions += try URLChanges(url: url, prefix: prefix).rewrite(rewrite)
            case "CORS":
                guard let cors = filter.cors else { throw Self.empty(filter) }
                self.cors = cors
                self.responseRules += CORSRules(cors).responseRules
            case "ExtensionRef":
                guard let reference = filter.extensionRef else { throw Self.empty(filter) }
                self.policy = reference
            default: throw .unsupported("the filter \(filter.type) is not supported")
            }
        }
    }

    private static func empty(_ filter: RouteFilter) -> RuleProblem {
        .unsupported("the filter \(filter.type) does not say what it does")
    }
}

/// Changes of headers as actions.
enum HeaderChanges {
    /// Those by which HTTP itself works, and those of the edge.
    private static let fixed: Set<String> = [
        "host", "user-agent", "connection", "transfer-encoding", "upgrade", "keep-alive", "te", "trailer",
        "content-length", "ngrok-skip-browser-warning",
    ]
    /// An action takes this many.
    private static let most = 10

    static func actions(_ modifier: RouteFilter.HeaderModifier) throws(RuleProblem) -> [JSONValue] {
        var actions: [JSONValue] = []
        let set = self.unique(modifier.set)
        for name in set.map(\.0) + self.unique(modifier.add).map(\.0) + modifier.remove {
            guard !self.fixed.contains(name.lowercased()) else {
                throw .unsupported("the header \(name) cannot be changed")
            }
        }
        let removed = set.map(\.0) + modifier.remove
        for names in self.chunks(removed) { actions.append(PolicyAction.removeHeaders(names)) }
        for fields in self.chunks(set + self.unique(modifier.add)) { actions.append(PolicyAction.addHeaders(fields)) }
        return actions
    }

    /// The first entry of each name counts.
    private static func unique(_ headers: [RouteFilter.Header]) -> [(String, String)] {
        var seen: Set<String> = []
        return headers.filter { seen.insert($0.name.lowercased()).inserted }.map {
            ($0.name, CELText.template($0.value))
        }
    }

    private static func chunks<Item>(_ items: [Item]) -> [[Item]] {
        stride(from: 0, to: items.count, by: self.most).map { Array(items[$0..<min($0 + self.most, items.count)]) }
    }
}

/// Changes of the URL, as patterns and replacements of the policy language.
struct URLChanges {
    let url: EndpointURL
    let prefix: String?

    /// The policy sees no path that is empty, and the URL has no user.
    private static let origin = "^([^/?]*//[^/?]*)"

    func rewrite(_ rewrite: RouteFilter.URLRewrite) throws(RuleProblem) -> [JSONValue] {
        var actions: [JSONValue] = []
        if let path = rewrite.path {
            let change = try self.path(path)
            actions.append(PolicyAction.rewrite(from: Self.origin + change.pattern, to: "$1" + change.replacement))
        }
        if let host = rewrite.hostname {
            let to = "\(self.url.scheme.rawValue)://\(CELText.template(host))"
            actions.append(PolicyAction.rewrite(from: "^[^/?]*//[^/?]*", to: to))
        }
        return actions
    }

    func redirect(_ redirect: RouteFilter.Redirect) throws(RuleProblem) -> [JSONValue] {
        let status = redirect.statusCode ?? 302
        guard [301, 302, 303, 307, 308].contains(status) else {
            throw .unsupported("a redirect has the status 301, 302, 303, 307 or 308, not \(status)")
        }
        let scheme = redirect.scheme ?? self.url.scheme.rawValue
        guard scheme == "http" || scheme == "https" else {
            throw .unsupported("a redirect goes to http or https, not \(scheme)")
        }
        let wellKnown = scheme == "http" ? 80 : 443
        let port = redirect.port ?? (redirect.scheme == nil ? Int(self.url.port) : wellKnown)
        var pattern = "^[^/?]*//([^/?:]*)(?::[0-9]+)?"
        var target = "\(scheme)://" + (redirect.hostname.map(CELText.template) ?? "$1")
        if port != wellKnown { target += ":\(port)" }
        if let path = redirect.path {
            let change = try self.path(path)
            pattern += change.pattern
            target += change.replacement
        }
        return [
            PolicyAction.redirect(from: pattern, to: target, status: status),
            PolicyAction.respond(500, "The redirect of this route leads to itself."),
        ]
    }

    /// A pattern behind the origin, and what comes in its place; the pattern has at most one group, the second.
    private func path(_ change: RouteFilter.PathModifier) throws(RuleProblem) -> (pattern: String, replacement: String)
    {
        switch change.type {
        case "ReplaceFullPath":
            let path = Self.literal(change.replaceFullPath ?? "/")
            return ("[^?]*", path.hasPrefix("/") ? path : "/" + path)
        case "ReplacePrefixMatch":
            guard let prefix = self.prefix else {
                throw .unsupported("ReplacePrefixMatch needs a match of the type PathPrefix")
            }
            let new = PathCondition.trimmed(Self.literal(change.replacePrefixMatch ?? ""))
            let old = Self.quoted(prefix)
            // Without anything before it, what is left needs its own slash, and never two.
            return new.isEmpty ? ("\(old)/?([^?]*)", "/$2") : ("\(old)(/[^?]*)?", "\(new)$2")
        default: throw .unsupported("the path change \(change.type) is not known")
        }
    }

    /// A path as the text of a replacement: what would be a group or a template is escaped as a URL has it.
    private static func literal(_ path: String) -> String {
        RulePath.normalized(path).replacing("$", with: "%24")
    }

    /// A path as a pattern that matches it alone. `$` would be a template before a bracket.
    private static func quoted(_ path: String) -> String {
        path.unicodeScalars.reduce(into: "") { text, scalar in
            let isPlain =
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "/-_~".unicodeScalars.contains(scalar)
            text +=
                isPlain || !scalar.isASCII
                ? String(scalar) : "[\(scalar == "^" || scalar == "\\" ? "\\" : "")\(scalar)]"
        }
    }
}
