import Model
package import Portico
import Settings

/// What files and the environment say of the way to the edge. nil: they don't say.
package struct WaySettings: LayeredSettings, Sendable {
    package var proxy: SessionProxy?
    package var connectTimeout: Duration?
    package var heartbeatInterval: Duration?
    package var heartbeatTolerance: Duration?
    /// Of the network.
    package var interface: String?
    /// Whether the edge is to look if data flows to the services.
    package var probesServices: Bool?

    static var members: [SettingsMember<Self>] {
        [
            .init(\.proxy), .init(\.connectTimeout), .init(\.heartbeatInterval), .init(\.heartbeatTolerance),
            .init(\.interface), .init(\.probesServices),
        ]
    }

    func apply(to configuration: inout Agent.Configuration) {
        configuration.connectTimeout = self.connectTimeout ?? configuration.connectTimeout
        configuration.heartbeatInterval = self.heartbeatInterval ?? configuration.heartbeatInterval
        configuration.heartbeatTolerance = self.heartbeatTolerance ?? configuration.heartbeatTolerance
        configuration.interface = self.interface
        if self.probesServices == false { configuration.probeInterval = nil }
    }
}

extension AgentSettings {
    mutating func readWay(_ reader: SettingsReader) {
        let time = SettingType<Duration>.duration(in: .milliseconds(100) ... .seconds(600))
        self.way.connectTimeout = reader.optional(
            "connect_timeout",
            time,
            absent: "10s",
            "How long the edge, or a proxy, may take to accept a connection."
        )
        self.way.heartbeatInterval = reader.optional(
            "heartbeat_interval",
            time,
            absent: "3s",
            "Between two heartbeats."
        )
        self.way.heartbeatTolerance = reader.optional(
            "heartbeat_tolerance",
            time,
            absent: "6s",
            "How long an echo may be missing beyond the interval, until the connection counts as lost."
        )
        self.way.interface = reader.optional(
            "connect_interface",
            .text("interface", maxBytes: 15),
            absent: "the one that the system chooses",
            "The network interface that connections to the edge leave by; on Linux."
        )
        self.way.probesServices = reader.optional(
            "upstream_probe",
            .bool,
            absent: "true",
            "Whether the edge looks every few seconds if services answer, so that online means that data flows."
        )
        let proxy = reader.optional(
            "proxy_url",
            .secret(),
            absent: "that of the variable http_proxy, if there is one",
            "The proxy on the way to the edge: http://, https:// or socks5://[user:password@]host:port."
        )
        if let proxy {
            do throws(PorticoError) {
                self.way.proxy = try SessionProxy(proxy.reveal())
            } catch {
                reader.refuse("proxy_url", "is not usable: \(error.message)")
            }
        }
        self.readWithoutEffect(reader)
    }

    /// Keys of the reference system's files that are read, checked, and not acted on.
    private mutating func readWithoutEffect(_ reader: SettingsReader) {
        let without = "Without effect."
        if reader.optional("crl_noverify", .bool, absent: "true", without) == false {
            self.warnings.append("crl_noverify: without effect; no list of revoked certificates is asked for")
        }
        if reader.optional("crl_url", .text(), absent: "none", without) != nil {
            self.warnings.append("crl_url: without effect; no list of revoked certificates is asked for")
        }
        if reader.optional("dns_resolver_ips", .list(of: .text(), limit: 10), absent: "none", without) != nil {
            self.warnings.append("dns_resolver_ips: without effect; names are looked up as this system does it")
        }
    }
}
