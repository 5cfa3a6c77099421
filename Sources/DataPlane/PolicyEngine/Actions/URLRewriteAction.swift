import Expression
import Model
import TrafficPolicy

/// Changes the URL that goes upstream (`spec/traffic-policy.md` 4.19). The visitor does not see it.
struct URLRewriteAction: PolicyAction {
    private static let matches = ResultSlot(.urlRewrite, "url_rewrite.matches")
    private static let url = ResultSlot(.urlRewrite, "url_rewrite.url")

    private let replacement: URLReplacement

    init(_ configuration: URLRewriteConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.replacement = try URLReplacement(from: configuration.from, to: configuration.to, place)
    }

    func run(on exchange: Exchange) -> Verdict {
        do throws(ActionError) {
            guard let result = try self.replacement.apply(on: exchange) else {
                exchange.publish(.urlRewrite, [])
                return .next
            }
            let current = exchange.request.target
            guard let target = current.replaced(by: URLReference(result.url)) else {
                throw ActionError(
                    .policyURLBroken,
                    "A URL that this endpoint's policy made is none.",
                    detail: result.url
                )
            }
            exchange.publish(
                .urlRewrite,
                [(Self.matches, .list(result.matches.map(Value.string))), (Self.url, .string(target.url))]
            )
            // Where nothing changes, what the visitor wrote goes on as it came.
            guard target.url != current.url else { return .next }
            exchange.request.target = target
            if target.hostAndPort != current.hostAndPort { exchange.request.head.set("host", target.hostAndPort) }
            return .next
        } catch {
            return error.verdict
        }
    }
}

extension RequestTarget {
    /// The target that a URL names; what it lacks of scheme and host is taken from here. Nil where it names none.
    func replaced(by reference: URLReference) -> RequestTarget? {
        var target = self
        if let scheme = reference.scheme { target.scheme = scheme }
        if let authority = reference.authority, !authority.isEmpty {
            guard let parts = URLAuthority(authority) else { return nil }
            target.userInformation = parts.userInformation
            target.host = parts.host
            target.port = parts.port
        }
        target = RequestTarget(
            scheme: target.scheme,
            userInformation: target.userInformation,
            host: target.host,
            port: target.port,
            rawPath: reference.path.isEmpty ? "/" : reference.path,
            query: reference.query
        )
        return target.rawPath.utf8.first == .slash ? target : nil
    }
}

/// `[user:password@]host[:port]` (RFC 3986 §3.2).
private struct URLAuthority {
    let userInformation: String
    let host: String
    let port: UInt16?

    /// Nil where it has no host, or a port that is none.
    init?(_ text: String) {
        let at = text.utf8.lastIndex(of: UInt8(ascii: "@"))
        self.userInformation = at.map { String(text[..<$0]) } ?? ""
        let rest = at.map { text[text.utf8.index(after: $0)...] } ?? text[...]
        let bracket = rest.utf8.lastIndex(of: UInt8(ascii: "]")) ?? rest.startIndex
        let colon = rest[bracket...].utf8.firstIndex(of: UInt8(ascii: ":"))
        self.host = String(rest[..<(colon ?? rest.endIndex)]).lowercasedASCII
        let port = colon.map { rest[rest.utf8.index(after: $0)...] } ?? ""
        self.port = UInt16(port)
        guard !self.host.isEmpty, port.isEmpty || self.port != nil, port.utf8.allSatisfy(\.isDigit),
            self.host.utf8.allSatisfy({ $0 != UInt8(ascii: "@") })
        else { return nil }
    }
}
