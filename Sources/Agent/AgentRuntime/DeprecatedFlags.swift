/// Flags of the reference system's older agents: each works, and this says what to use in its place.
package enum DeprecatedFlags {
    /// A sentence for each that stands in a command line, in order.
    package static func warnings(in arguments: [String]) -> [String] {
        var seen: Set<String> = []
        return arguments.prefix { $0 != "--" }.compactMap { argument in
            guard argument.hasPrefix("--") else { return nil }
            let name = String(argument.dropFirst(2).prefix { $0 != "=" })
            guard let advice = Self.advice[name], seen.insert(name).inserted else { return nil }
            return "--\(name) is deprecated. \(advice)"
        }
    }

    package static var names: [String] { Self.advice.keys.sorted() }

    private static func rule(_ action: String) -> String {
        "Write a rule with the action \(action) and give it with --traffic-policy-file."
    }

    private static let advice: [String: String] = [
        "app-protocol": "Use --upstream-protocol.",
        "basic-auth": rule("basic-auth"),
        "circuit-breaker": rule("circuit-breaker"),
        "compression": rule("compress-response"),
        "domain": "Use --url.",
        "host-header": rule("add-headers, which sets host"),
        "hostname": "Use --url.",
        "mutual-tls-cas": rule("terminate-tls"),
        "oauth": rule("oauth"),
        "oauth-allow-domain": rule("oauth"),
        "oauth-allow-email": rule("oauth"),
        "oauth-client-id": rule("oauth"),
        "oauth-client-secret": rule("oauth"),
        "oauth-scope": rule("oauth"),
        "oidc": rule("openid-connect"),
        "oidc-client-id": rule("openid-connect"),
        "oidc-client-secret": rule("openid-connect"),
        "oidc-scope": rule("openid-connect"),
        "policy-file": "Use --traffic-policy-file.",
        "proxy-proto": "Use --upstream-proxy-protocol.",
        "region": "It has no effect: --server says where the edge is.",
        "remote-addr": "Use --url.",
        "request-header-add": rule("add-headers"),
        "request-header-remove": rule("remove-headers"),
        "response-header-add": rule("add-headers"),
        "response-header-remove": rule("remove-headers"),
        "scheme": "Use --url with a scheme, for instance --url http://.",
        "subdomain": "Use --url with the whole host name.",
        "ua-filter-allow": rule("deny, and an expression"),
        "ua-filter-deny": rule("deny, and an expression"),
        "upstream-ca-path": "Use --upstream-tls-verify-cas.",
        "verify-upstream-tls": "Use --upstream-tls-verify.",
        "verify-webhook": rule("verify-webhook"),
        "verify-webhook-secret": rule("verify-webhook"),
        "websocket-tcp-converter": "It has no effect: there is no counterpart.",
    ]
}
