package import PolicyEngine
import Settings
import TrafficPolicy

/// What policies are told of the world, and how they fail.
package struct PolicyConfiguration: Sendable {
    /// Paths of files.
    package let addressDatabases: [String]
    /// Path of a folder; nil for none.
    package let addressLists: String?
    package let expressionErrors: PolicyServices.ExpressionErrors
    package let rules: Int
    package let actionsPerRule: Int
    package let expressionsPerRule: Int
    package let bodyBytes: Int
    package let outbound: OutboundSettings
    package let firewall: FirewallSettings

    init(from settings: SettingsReader, cores: Int) {
        self.addressDatabases = settings.value(
            "address_databases",
            .list(of: .path, limit: 16),
            default: [],
            """
            Databases in MaxMind's format, of cities, countries or networks, for `conn.geo` and its kin; where two know \
            the same, the later one counts. They are copied into memory at the start. One that cannot be read is warned \
            of, and what it would know stays empty.
            """
        )
        self.addressLists = settings.optional(
            "address_lists",
            .path,
            absent: "none",
            """
            A folder of lists of addresses, one for each category: `com.example.crawler.txt` has those of \
            `com.example.crawler`, for `conn.client_ip.categories`. A list that cannot be used keeps the edge from \
            starting: half a list would let pass what it is there to stop.
            """
        )
        self.expressionErrors = settings.value(
            "expression_errors",
            .choice(),
            default: .skip,
            """
            What happens when an expression of a rule has no value: `skip` passes the rule over, `fail` answers 500 with \
            ERR_PORTICO_2254.
            """
        )
        self.rules = settings.value(
            "rules",
            .integer(in: 1...PolicyLimits.ofAnyEdge.rules, of: "rules"),
            default: 500,
            "The most that a policy may have. More: 2264."
        )
        self.actionsPerRule = settings.value(
            "actions_per_rule",
            .integer(in: 1...PolicyLimits.ofAnyEdge.actionsPerRule, of: "actions"),
            default: 50,
            "The most that a rule may have. More: 2265."
        )
        self.expressionsPerRule = settings.value(
            "expressions_per_rule",
            .integer(in: 1...PolicyLimits.ofAnyEdge.expressionsPerRule, of: "expressions"),
            default: 50,
            "The most that a rule may have. More: 2265."
        )
        self.bodyBytes = settings.value(
            "body_bytes",
            .bytes(in: 1024...256 << 20),
            default: 4 << 20,
            """
            The largest body that is collected for an action (the find-and-replace ones, `verify-webhook`), and the largest \
            that may come of it. Each request or response that waits may hold as much. More: 413 for requests, 502 for \
            responses.
            """
        )
        self.outbound = settings.section(
            "outbound",
            "The requests that policies make on their own.",
            OutboundSettings.init
        )
        self.firewall = settings.section(
            "firewall",
            "The rules of the `owasp-crs-request` and `owasp-crs-response` actions."
        ) {
            FirewallSettings(from: $0, cores: cores)
        }
    }
}
