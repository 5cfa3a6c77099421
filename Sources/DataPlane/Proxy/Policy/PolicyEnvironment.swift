package import Events
package import Expression
package import PolicyEngine

/// What policies of this edge are told of the world, beside the exchange itself.
package struct PolicyEnvironment: Sendable {
    package var services = PolicyServices()
    /// Where addresses are looked up; nil where there is no database.
    package var addresses: (any AddressDirectory)?
    /// The name of this edge's location.
    package var region = "local"
    /// Who is told of what policies have judged; nil for nobody.
    package var events: (any EventSink)?
    /// Whether of all of it, or of that alone of which a policy has noted something.
    package var tellsAll = false
    /// The time of day, by which tokens and logins end.
    package var clock: @Sendable () -> Timestamp = { .now() }

    package init() {}
}
