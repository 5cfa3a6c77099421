package import Addressing
package import Settings

/// Where the edge listens. Each is a list; an empty one listens nowhere.
package struct ListenersConfiguration: Sendable {
    package let http: [ListenAddress]
    package let https: [ListenAddress]
    package let agents: [ListenAddress]
    package let ssh: [ListenAddress]
    package let management: [ListenAddress]
    package let api: [ListenAddress]
    package let dashboard: [ListenAddress]

    init(from settings: SettingsReader) {
        func listen(_ key: String, _ standard: ListenAddress, _ summary: String) -> [ListenAddress] {
            settings.value(key, .list(of: .listenAddress, limit: 16), default: [standard], summary)
        }
        self.http = listen("http", .any(port: 8080), "Visitors of `http://` endpoints.")
        self.https = listen(
            "https",
            .any(port: 8443),
            "Visitors of `https://` and `tls://` endpoints, and agents that ask for the connect host."
        )
        self.agents = listen("agents", .any(port: 4443), "Agents, whatever name they ask for.")
        self.ssh = settings.value(
            "ssh",
            .list(of: .listenAddress, limit: 16),
            default: [],
            written: "nowhere",
            """
            `ssh -R` in place of an agent (`docs/ssh.md`), for instance `0.0.0.0:22`. The edge is known by the keys \
            `ssh_host_*_key` in the data folder. Needs libssh (`libssh-4` on Debian).
            """
        )
        self.management = listen(
            "management",
            .address(NetworkAddress(ip: .loopback4, port: 4041)),
            """
            Plain HTTP for `/healthz`, `/readyz` and `/metrics` (`docs/metrics.md`). It must not be reachable from \
            outside.
            """
        )
        self.api = listen(
            "api",
            .address(NetworkAddress(ip: .loopback4, port: 4042)),
            """
            The REST API. On a loopback address it is plain HTTP; on any other it is HTTPS with the edge's certificate, \
            since API keys travel with every call.
            """
        )
        self.dashboard = listen(
            "dashboard",
            .address(NetworkAddress(ip: .loopback4, port: 4043)),
            """
            The web pages of the edge (`docs/dashboard.md`), always over HTTPS with the edge's certificate: browsers keep \
            sessions over nothing else.
            """
        )
    }
}

/// How visitors reach the edge, where that is not as it listens: behind a load balancer or a port forwarding.
package struct PublicConfiguration: Sendable {
    /// nil for the port of the first listener, as it is after it has been opened.
    package let httpPort: UInt16?
    package let httpsPort: UInt16?
    package let tcpHost: HostName
    /// nil for what each request calls it.
    package let apiURL: WebOrigin?
    /// nil for what each request calls it.
    package let dashboardURL: WebOrigin?

    init(from settings: SettingsReader, baseDomain: HostName) {
        func port(_ scheme: EndpointScheme, _ standard: Int) -> UInt16? {
            settings.optional(
                "\(scheme.rawValue)_port",
                .integer(in: 1...65535),
                absent: "the port of the first listener",
                "The port in the URLs of `\(scheme.rawValue)://` endpoints; \(standard) is left out of them."
            ).map { UInt16($0) }
        }
        self.httpPort = port(.http, 80)
        self.httpsPort = port(.https, 443)
        self.tcpHost = settings.value(
            "tcp_host",
            .hostName,
            default: baseDomain,
            written: "the base domain",
            "The host name in the URLs of `tcp://` endpoints."
        )
        self.apiURL = settings.optional(
            "api_url",
            .webOrigin,
            absent: "the scheme of the listener, and the host that each request names",
            "What addresses in answers of the API begin with, where it is reached through something else."
        )
        self.dashboardURL = settings.optional(
            "dashboard_url",
            .webOrigin,
            absent: "`https`, and the host that each request names",
            "Where people find the dashboard, as links in invitations have it: `https://dashboard.example.com`."
        )
    }
}

/// Endpoints with a port of their own.
package struct TCPEndpointConfiguration: Sendable {
    /// The address of all TCP endpoints; nil for every address of the machine.
    package let address: IPAddress?
    package let ports: ClosedRange<UInt16>

    init(from settings: SettingsReader) {
        self.address = settings.optional(
            "address",
            .ipAddress,
            absent: "all addresses",
            "The address that TCP endpoints listen on."
        )
        self.ports = settings.value(
            "ports",
            .portRange(limit: 20_000),
            default: 20_000...20_999,
            "The ports of TCP endpoints. An endpoint that asks for another port is refused."
        )
    }
}

extension SettingType where Value == IPAddress {
    fileprivate static var ipAddress: SettingType {
        SettingType("IP address", expectation: "an IP address", render: \.description) { text in
            IPAddress(textBytes: text.utf8)
        }
    }
}
