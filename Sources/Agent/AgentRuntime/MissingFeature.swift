import Model
package import Portico

/// What the reference system's agent understands and this version does not: told apart from a typing error, and with
/// what to use instead.
package enum MissingFeature {
    /// The first argument that names such a thing, as an error; nil when there is none.
    package static func error(in arguments: [String]) -> PorticoError? {
        if let command = arguments.first, let advice = Self.commands[command] {
            return PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                "The command \(command) is not part of this version yet.",
                remedy: advice
            )
        }
        for argument in arguments where argument.hasPrefix("--") {
            let name = String(argument.dropFirst(2).prefix { $0 != "=" })
            guard let advice = Self.flags[name] else { continue }
            return PorticoError(
                .invalidConfiguration,
                code: ErrorCode.usage.name,
                "The flag --\(name) is not supported by this version.",
                remedy: advice
            )
        }
        return nil
    }

    private static let noPolicies = "Write it as a rule of a traffic policy and give that with --traffic-policy-file."

    private static let commands: [String: String] = [
        "tunnel": "Labelled tunnels are not built; use `portico http`, `portico tcp` or `portico tls`.",
        "service": "Run `portico http` under systemd or another supervisor.",
        "diagnose": "Start with --log=stdout --log-level=debug to see why a connection fails.",
        "update": "Install the newer version as you installed this one.",
        "completion": "Shell completion: `portico --generate-completion-script bash`.",
        "credits": "The licences are in the source distribution.",
        "authtoken": "Use `portico config add-authtoken TOKEN`.",
    ]

    private static let flags: [String: String] = [
        "app-protocol": "Use --upstream-protocol.",
        "basic-auth": noPolicies,
        "cidr-allow": noPolicies,
        "cidr-deny": noPolicies,
        "circuit-breaker": noPolicies,
        "compression": noPolicies,
        "crt": "Agent-side TLS comes with a later version; let the upstream end TLS.",
        "domain": "Use --url.",
        "host-header": noPolicies,
        "hostname": "Use --url.",
        "inspect": "The local inspector comes with a later version; leave it out.",
        "key": "Agent-side TLS comes with a later version; let the upstream end TLS.",
        "mutual-tls-cas": noPolicies,
        "oauth": noPolicies,
        "oauth-allow-domain": noPolicies,
        "oauth-allow-email": noPolicies,
        "oauth-client-id": noPolicies,
        "oauth-client-secret": noPolicies,
        "oauth-scope": noPolicies,
        "oidc": noPolicies,
        "oidc-client-id": noPolicies,
        "oidc-client-secret": noPolicies,
        "oidc-scope": noPolicies,
        "policy-file": "Use --traffic-policy-file.",
        "proxy-proto": "Use --upstream-proxy-protocol.",
        "region": "The address of the edge is given by --server.",
        "remote-addr": "Use --url.",
        "request-header-add": noPolicies,
        "request-header-remove": noPolicies,
        "response-header-add": noPolicies,
        "response-header-remove": noPolicies,
        "scheme": "Use --url with a scheme, for instance --url http://.",
        "subdomain": "Use --url.",
        "terminate-at": "TLS is ended by the upstream; leave it out.",
        "ua-filter-allow": noPolicies,
        "ua-filter-deny": noPolicies,
        "upstream-ca-path": "Use --upstream-tls-verify-cas.",
        "verify-upstream-tls": "Use --upstream-tls-verify.",
        "verify-webhook": noPolicies,
        "verify-webhook-secret": noPolicies,
        "websocket-tcp-converter": noPolicies,
    ]
}

extension PorticoError {
    /// The command line cannot be understood, in the words of its parser.
    package static func usage(_ message: String) -> PorticoError {
        PorticoError(.invalidConfiguration, .usage, message)
    }
}
