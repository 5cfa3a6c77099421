package import Addressing
import Settings

/// A host that is served from a TCP address without an agent.
package struct StaticUpstream: Sendable {
    /// On which listeners a static upstream is served.
    package enum Scheme: String, Sendable, CaseIterable {
        case http, https, both

        package var schemes: [EndpointScheme] {
            switch self {
            case .http: [.http]
            case .https: [.https]
            case .both: [.http, .https]
            }
        }
    }

    package let hosts: [HostPattern]
    package let scheme: Scheme
    /// Speaks HTTP/1.1 without TLS.
    package let address: DialAddress
    /// Path of a traffic policy; nil for none.
    package let policyFile: String?

    static func list(from settings: SettingsReader) -> [StaticUpstream] {
        var taken: Set<String> = []
        return settings.records(
            "upstreams",
            limit: 10_000,
            """
            Hosts that are served from a TCP address, without an agent. An agent that asks for such a name is refused.
            """
        ) { StaticUpstream(from: $0, taken: &taken) }
    }

    private init?(from settings: SettingsReader, taken: inout Set<String>) {
        let host = settings.optional("host", .hostPattern, absent: "none", "The host name; or use `hosts`.")
        let more = settings.value(
            "hosts",
            .list(of: .hostPattern, limit: 1000),
            default: [],
            "Several host names that are served alike."
        )
        self.scheme = settings.value("scheme", .choice(), default: .both, "Which listeners serve it.")
        let address = settings.required(
            "address",
            .dialAddress(),
            "Where requests go: `host:port` of a service that speaks HTTP/1.1 without TLS."
        )
        self.policyFile = settings.optional(
            "traffic_policy_file",
            .path,
            absent: "none",
            """
            A traffic policy that its visitors must pass, in YAML or JSON. One that is wrong keeps the edge from starting; \
            `portico policy check` says beforehand.
            """
        )
        self.hosts = [host].compactMap(\.self) + more
        guard let address else { return nil }
        self.address = address

        if self.hosts.isEmpty { settings.refuse(nil, "has neither host nor hosts, so nothing would reach it") }
        for host in self.hosts {
            for scheme in self.scheme.schemes where !taken.insert("\(scheme)://\(host)").inserted {
                settings.refuse(nil, "serves \(scheme)://\(host), which another upstream serves already")
            }
        }
    }
}
