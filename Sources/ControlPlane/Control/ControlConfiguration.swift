package import Addressing
package import EdgeLink
package import Events
package import Model
package import TrafficPolicy

extension Control {
    /// What the operator of an edge decides about its endpoints and sessions.
    package struct Configuration: Sendable {
        /// The names below which everybody may bind. Random hosts are below the first.
        package var baseDomains: [HostName]
        /// Whether other hosts may be bound too, as long as they belong to nobody else.
        package var allowsAnyHost = true
        /// Whether names and TCP addresses must be reserved before an agent may ask for them. Drawn ones never need be.
        package var requiresReservations = false
        /// The edge's own names, which nobody may bind: where agents connect, the API, the dashboard.
        package var reservedHosts: Set<HostName> = []

        /// The ports on which visitors reach `http` endpoints. A URL without port means the first. Never empty.
        package var httpPorts: [UInt16] = [80]
        /// The same for `https` and `tls` endpoints, which share their listeners.
        package var tlsPorts: [UInt16] = [443]
        /// The host of TCP endpoints; nil for the first base domain.
        package var tcpHost: HostName?
        /// The ports that TCP endpoints may have; nil when this edge serves none.
        package var tcpPorts: ClosedRange<UInt16>?

        /// `host:port` where agents connect, as they are told it for further legs.
        package var connectAddress: String
        /// How many connections one agent of ours shall open, 1 to 4.
        package var legs = 1
        /// The name of this place, which agents show. Not empty: some refuse that.
        package var region = "local"
        /// What agents show as the plan of the account.
        package var planName = "Self-hosted"
        /// Text that agents print when they have connected; empty for none.
        package var banner = ""

        /// How long the endpoints of a session that was lost are kept for it (`spec/agent-protocol.md` 13.6).
        package var holdTime: Duration = .seconds(5)
        /// How long an agent that was away may come back to its random addresses.
        package var bindTokenLifetime: Duration = .seconds(30 * 86_400)
        /// How long an agent that was away may come back to its session.
        package var cookieLifetime: Duration = .seconds(30 * 86_400)
        /// How long an Auth waits for a store that is away, before it is refused.
        package var storePatience: Duration = .seconds(30)

        /// Connections of agents that may have a session at the same time.
        package var maximumSessions = 10_000
        package var maximumEndpointsPerSession = 1_000
        /// The agents of one account, and its endpoints, those of agents that are online and cloud endpoints; nil for any
        /// number.
        package var maximumSessionsPerAccount: Int?
        package var maximumEndpointsPerAccount: Int?

        /// How large traffic policies may be.
        package var policyLimits = PolicyLimits()
        /// The actions of policies that the edge can run; a policy with another is refused.
        package var runnableActions: Set<ActionType> = []
        /// The providers at which policies may use an application of the edge's owner.
        package var loginApplications: Set<OAuthConfiguration.Provider> = []
        /// Makes ready what an action needs, and says why the edges cannot run it here. May take a moment.
        package var problemOfAction: @Sendable (Action) -> PolicyProblem? = { _ in nil }

        /// What is wrong with an issuer at which policies of an account have visitors log in; nil for nothing. Asks the
        /// provider, and takes a few seconds at most.
        package var problemOfIssuer: @Sendable (String, ResourceID<AccountKind>) async -> IssuerProblem? = { _, _ in nil
        }

        /// Endpoints that need no agent.
        package var staticUpstreams: [StaticUpstream] = []

        /// Where the certificates of domains are obtained; nil where they are not.
        package var acme: ACMESettings?

        /// What addresses of the API in events begin with, without a slash at its end.
        package var apiURL = ""
        /// Brings events to their destinations; nil where nobody does.
        package var courier: (any EventCourier)?
        /// Shows events to those who look at them as they happen.
        package var liveEvents = EventBroadcast()

        package init(baseDomains: [HostName], connectAddress: String) {
            precondition(!baseDomains.isEmpty, "an edge has a base domain")
            self.baseDomains = baseDomains
            self.connectAddress = connectAddress
        }

        /// The ports that URLs may name.
        var ports: PublicPorts { PublicPorts(http: Set(self.httpPorts), tls: Set(self.tlsPorts)) }

        /// The port of a URL that names none; nil where there is no such port.
        func defaultPort(of scheme: EndpointScheme) -> UInt16? {
            switch scheme {
            case .http: self.httpPorts.first
            case .https, .tls: self.tlsPorts.first
            case .tcp: nil
            }
        }
    }

    /// Why an issuer is none of OpenID Connect.
    package enum IssuerProblem: Sendable, Hashable {
        /// What it says of itself is wrong, in words for the policy's owner.
        case wrong(String)
        /// It says nothing now.
        case away(String)
    }

    /// An endpoint whose visitors are forwarded to a TCP address by the edge itself.
    package struct StaticUpstream: Sendable {
        package let url: EndpointURL
        /// A host name or an address literal.
        package let host: String
        package let port: UInt16
        /// What its traffic must pass, checked for its URL (``Control/Configuration/policy(_:for:)``); nil for nothing.
        package let policy: EndpointPolicy?

        package init(url: EndpointURL, host: String, port: UInt16, policy: EndpointPolicy? = nil) {
            self.url = url
            self.host = host
            self.port = port
            self.policy = policy
        }
    }
}
