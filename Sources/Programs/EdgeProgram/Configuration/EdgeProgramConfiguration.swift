package import Addressing
package import PostgresStore
package import Settings

/// Everything that one edge is told before it starts: complete, and checked as a whole.
///
/// What each field is for, its bounds and its default stand where it is read; `docs/configuration.md` is made of that.
package struct EdgeProgramConfiguration: Sendable {
    package let baseDomain: HostName
    package let connectHost: HostName
    package let dataFolder: String
    /// Where the records are; nil for the database in the data folder.
    package let store: PostgresAddress?
    package let sealing: SealingConfiguration
    package let region: String
    package let threads: Int
    package let agentLegs: Int
    package let requiresReservations: Bool
    package let listeners: ListenersConfiguration
    package let published: PublicConfiguration
    package let tcp: TCPEndpointConfiguration
    package let tls: TLSConfiguration
    package let acme: ACMEConfiguration
    package let limits: LimitsConfiguration
    package let metrics: MetricsConfiguration
    package let policy: PolicyConfiguration
    package let logins: LoginsConfiguration
    package let warnsBrowsers: Bool
    package let hold: Duration
    package let drainTimeout: Duration
    package let log: LogConfiguration
    package let accessLog: AccessLogConfiguration
    package let tracing: TracingConfiguration
    package let events: EventsConfiguration
    package let inspector: InspectorConfiguration
    package let signIn: SignInConfiguration
    package let upstreams: [StaticUpstream]

    init(from settings: SettingsReader, surroundings: Surroundings) {
        let baseDomain = settings.value(
            "base_domain",
            .hostName,
            default: Self.standardDomain,
            """
            The domain below which endpoints get their names. Its wildcard record (`*.edge.example.com`) must point to \
            this edge; names below `localhost` need no record.
            """
        )
        self.baseDomain = baseDomain
        self.connectHost = settings.value(
            "connect_host",
            .hostName,
            default: Self.child("connect", of: baseDomain),
            written: "`connect.` and the base domain",
            """
            The host name that agents connect to. Connections to the HTTPS port that ask for it by SNI are agents; no \
            endpoint can have this name.
            """
        )
        self.dataFolder = settings.value(
            "data_dir",
            .path,
            default: surroundings.standardDataFolder,
            written: "`$STATE_DIRECTORY` where systemd sets it, `/var/lib/portico-edge` for root, else "
                + "`portico-edge` in `$XDG_STATE_HOME` or `~/.local/state`",
            """
            The folder that `portico-edge init` makes: database, sealing key, certificate authority, certificate. Only \
            its owner may enter it.
            """
        )
        self.store = Self.store(from: settings)
        self.sealing = settings.section(
            "sealing",
            """
            Where the keys come from with which secrets, private keys and what agents keep are sealed. The first seals; \
            the others still open what they sealed. docs/backup.md says how they are changed.
            """,
            SealingConfiguration.init
        )
        self.region = settings.value(
            "region",
            .region,
            default: "global",
            "The name of this edge's region, as agents and the API show it."
        )
        self.threads = settings.value(
            "threads",
            .integer(in: 1...256, of: "threads"),
            default: surroundings.cores,
            written: "the processor cores that the process may use",
            "Event loops; each has a thread, its own listeners and its own connections."
        )
        self.listeners = settings.section("listeners", "Where the edge listens.", ListenersConfiguration.init)
        self.published = settings.section(
            "public",
            "What stands in URLs, where visitors reach the edge through something else: a load balancer, say."
        ) { PublicConfiguration(from: $0, baseDomain: baseDomain) }
        self.tcp = settings.section("tcp", "Endpoints with a port of their own.", TCPEndpointConfiguration.init)
        self.agentLegs = settings.value(
            "agent_legs",
            .integer(in: 1...4, of: "connections"),
            default: min(max(self.threads, 1), 4),
            written: "the number of threads, at most 4",
            "How many connections an agent that can have several is asked to open."
        )
        self.requiresReservations = settings.value(
            "require_reservations",
            .bool,
            default: false,
            """
            Whether agents may ask only for names and TCP addresses that their account has reserved through the API. \
            Random ones are always given. Without it, what nobody has reserved is anybody's; what an account has \
            reserved is its own in either case, with every name below it.
            """
        )
        self.tls = settings.section("tls", "How TLS is ended.", TLSConfiguration.init)
        self.acme = settings.section(
            "acme",
            "Where certificates are obtained for the domains that accounts reserve.",
            ACMEConfiguration.init
        )
        self.limits = settings.section(
            "limits",
            "What one visitor or agent may take. Each limit answers or closes; none can be switched off."
        ) { LimitsConfiguration(from: $0, surroundings: surroundings) }
        self.metrics = settings.section("metrics", "What scrapers are told.", MetricsConfiguration.init)
        self.policy = settings.section(
            "policy",
            "What traffic policies are told of the world, and how they fail."
        ) { PolicyConfiguration(from: $0, cores: surroundings.cores) }
        self.logins = settings.section(
            "logins",
            "How visitors log in, where the policy of an endpoint wants it (`oauth`, `openid-connect`)."
        ) { LoginsConfiguration(from: $0, host: Self.child("idp", of: baseDomain)) }
        self.warnsBrowsers = settings.value(
            "browser_warning",
            .bool,
            default: false,
            """
            Whether a browser shows a page with the address and the account before what an agent or a cloud endpoint serves, \
            until its user goes on; then a cookie remembers it for a week. Programs see nothing of it, nor does who sends \
            the field `ngrok-skip-browser-warning`.
            """
        )
        self.hold = settings.value(
            "hold",
            .duration(in: .zero ... .seconds(60)),
            default: .seconds(5),
            """
            How long visitors of an endpoint wait for an agent that was cut off without taking its leave, before they \
            are told that the endpoint is offline.
            """
        )
        self.drainTimeout = settings.value(
            "drain_timeout",
            .duration(in: .zero ... .seconds(3600)),
            default: .seconds(60),
            "How long requests and connections may go on after SIGTERM. A second signal ends them at once."
        )
        self.log = settings.section("log", "What is written to standard error.", LogConfiguration.init)
        self.accessLog = settings.section("access_log", "A line for each request.", AccessLogConfiguration.init)
        self.tracing = settings.section(
            "tracing",
            "Traces of requests through many services.",
            TracingConfiguration.init
        )
        self.events = settings.section(
            "events",
            "How events reach the destinations that accounts make through the API (docs/events.md).",
            EventsConfiguration.init
        )
        self.inspector = settings.section(
            "inspector",
            "What is captured of traffic, for the traffic inspector.",
            InspectorConfiguration.init
        )
        self.signIn = settings.section(
            "sign_in",
            "Signing in to the dashboard with an identity provider (docs/dashboard.md).",
            SignInConfiguration.init
        )
        self.upstreams = StaticUpstream.list(from: settings)
        self.check(settings)
    }

    private static func store(from settings: SettingsReader) -> PostgresAddress? {
        let url = settings.optional(
            "store",
            .secret(),
            absent: "`portico.db` in the data folder",
            """
            The PostgreSQL database (12 or later, encoding UTF-8) that keeps accounts, credentials and all else in \
            place of SQLite: `postgres://user@host/database`, with everything that libpq's URLs may have, for instance \
            `?sslmode=verify-full`. The edge makes a schema `portico` there. A password is better given in the file or \
            the environment than as a flag, which others on the machine can see.
            """
        )
        guard let url else { return nil }
        do throws(PostgresStoreError) {
            return try PostgresAddress(url)
        } catch {
            settings.refuse("store", "cannot be used: \(error.reason)")
            return nil
        }
    }

    /// Needs no DNS record: every name below `localhost` means this machine (RFC 6761 §6.3).
    private static let standardDomain = Self.child("portico", of: Self.localhost)

    private static var localhost: HostName {
        guard let name = HostName(textBytes: "localhost".utf8) else { preconditionFailure("localhost is a name") }
        return name
    }

    /// `label.domain`, or the domain itself where that would be too long for a name.
    private static func child(_ label: String, of domain: HostName) -> HostName {
        HostName(textBytes: "\(label).\(domain)".utf8) ?? domain
    }
}

extension EdgeProgramConfiguration {
    package typealias Loaded = LoadedSettings<EdgeProgramConfiguration>

    /// How the configuration is read on a machine.
    package static func definition(_ surroundings: Surroundings) -> SettingsDefinition<EdgeProgramConfiguration> {
        SettingsDefinition(variablePrefixes: ["PORTICO_EDGE_"]) { settings in
            EdgeProgramConfiguration(from: settings, surroundings: surroundings)
        }
    }
}

extension SettingType where Value == String {
    fileprivate static var region: SettingType {
        SettingType("name", expectation: "1 to 32 small letters, digits and hyphens", render: \.self) { text in
            let isName = text.utf8.allSatisfy {
                $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0)
            }
            return isName && (1...32).contains(text.utf8.count) ? text : nil
        }
    }
}
