package import PolicyEngine
import Settings

/// What policies are told of the world, and how they fail.
package struct PolicyConfiguration: Sendable {
    /// Paths of files.
    package let addressDatabases: [String]
    /// Path of a folder; nil for none.
    package let addressLists: String?
    package let expressionErrors: PolicyServices.ExpressionErrors
    package let outbound: OutboundSettings

    init(from settings: SettingsReader) {
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
        self.outbound = settings.section(
            "outbound",
            "The requests that policies make on their own.",
            OutboundSettings.init
        )
    }
}
