import Addressing
import Model

/// What a credential may bind (`spec/identity.md` 8): any of its rules allows; without rules everything is allowed.
struct AccessRules: Sendable, Hashable {
    private enum Rule: Hashable {
        case everything
        /// A host of `http`, `https` and `tls` endpoints on any port.
        case host(HostPattern)
        case address(HostPattern, UInt16)
        /// For labelled tunnels, which do not exist here: allows nothing.
        case label
    }

    private let rules: [Rule]

    static let unrestricted = AccessRules(rules: [])

    private init(rules: [Rule]) {
        self.rules = rules
    }

    /// - Throws: when a text is no rule.
    init(_ texts: [String]) throws(Failure) {
        var rules: [Rule] = []
        for text in texts { rules.append(try Self.rule(text)) }
        self.init(rules: rules)
    }

    private static func rule(_ text: String) throws(Failure) -> Rule {
        if text == "*" { return .everything }
        guard text.hasPrefix("bind:") else {
            throw Failure(.accessRuleKindUnknown, "A rule begins with \"bind:\"; \"\(text.prefix(100))\" does not.")
        }
        let body = text.dropFirst("bind:".count)
        if body == "*" { return .everything }
        if body.contains("=") { return .label }
        let colon = body.lastIndex(of: ":")
        // That the host is none is all that the message needs to say.
        guard let host = try? HostPattern(parsing: body[..<(colon ?? body.endIndex)]) else { throw Self.invalid(text) }
        guard let colon else { return .host(host) }
        guard let port = UInt16(body[body.index(after: colon)...]), port > 0 else { throw Self.invalid(text) }
        return .address(host, port)
    }

    private static func invalid(_ text: String) -> Failure {
        Failure(
            .accessRuleInvalid,
            "\"\(text.prefix(100))\" is no rule: write bind:HOST, bind:*.HOST or bind:HOST:PORT."
        )
    }

    private var allowEverything: Bool { self.rules.isEmpty || self.rules.contains(.everything) }

    /// Whether an endpoint may have an address that the edge draws.
    func checkRandom(_ scheme: EndpointScheme) throws(Failure) {
        guard !self.allowEverything else { return }
        if scheme == .tcp {
            throw Failure(.randomAddressNotPermitted, "The authtoken's rules do not allow a random TCP address.")
        }
        throw Failure(.hostNotPermitted, "The authtoken's rules do not allow a random host name.")
    }

    /// Whether an endpoint may have this address, which was asked for.
    func check(_ url: EndpointURL, in binding: EndpointBinding = .public) throws(Failure) {
        guard !self.allowEverything else { return }
        let isAddress = self.rules.contains(.address(url.host, url.port))
        // A name of the account's own is one whatever is spoken to it; its port is no address of this edge.
        let isOwnName = url.host.isInternal || binding.isPerAccount
        if url.scheme == .tcp, !isOwnName {
            guard isAddress else {
                throw Failure(.addressNotPermitted, "The authtoken's rules do not allow \(url.hostport).")
            }
            return
        }
        let isAllowed =
            isOwnName && isAddress
            || self.rules.contains { rule in
                guard case .host(let pattern) = rule else { return false }
                return pattern.covers(url.host)
            }
        guard isAllowed else {
            throw Failure(.hostNotPermitted, "The authtoken's rules do not allow \(url.host).")
        }
    }
}
