import Addressing
import JSON
import KubernetesClient
import Model

/// What one URL serves: its routes in the order in which they are tried, whichever kind they come from.
struct Site {
    let url: EndpointURL
    /// What its endpoint is called.
    let name: String
    let namespace: String
    var settings: SiteSettings
    var routes: [SiteRoute] = []
    var certificates: [DesiredCertificate] = []
    /// Whether its requests are calls of gRPC, whose answers say in a field of their own what went wrong.
    var isForCalls = false
    var owners: Set<OwnerID> = []
    /// Rules of `on_tcp_connect` that stand before those of the user: how TLS ends.
    var connectRules: [PolicyRule] = []

    /// Whether it carries bytes, of which nothing can be answered.
    var isForConnections: Bool { self.url.scheme == .tcp || self.url.scheme == .tls }
}

/// What the annotations of an Ingress, a Gateway or a Service say about its endpoints.
struct SiteSettings: Equatable {
    /// Whether each URL has a cloud endpoint, and each Service an internal one.
    var isVerbose = false
    var policy: UserPolicy?
    var isPooling: Bool?
    var description: String
    var metadata: [String: String]
    var binding: EndpointBinding = .public
}

/// What is done with the requests that all of its conditions hold for.
struct SiteRoute {
    /// Names the rules that it becomes.
    let label: String
    /// Expressions; none always holds.
    var conditions: [String]
    let outcome: RouteOutcome
}

enum RouteOutcome {
    /// One of them for each request, by their weights.
    ///
    /// `before`: the rules of a policy that stands before them.
    case backends([RouteShare], before: [JSONValue] = [])
    case actions([JSONValue])
    /// The rules of a policy; where none of them ends the request, no route fits.
    case policy([JSONValue])
}

/// A part of the requests of a route.
struct RouteShare {
    let weight: Int
    /// Done before the request goes on.
    var actions: [JSONValue] = []
    let target: ShareTarget
}

enum ShareTarget {
    case service(ServiceTarget)
    /// The answer in place of a backend that there is not.
    case answer(status: Int, text: String)
}

/// A backend with what is done to its responses: what one internal endpoint serves.
struct ServiceTarget: Hashable {
    let backend: ServiceBackend
    /// JSON of rules of `on_http_response`; nil for none.
    var responseRules: [JSONValue]?

    init(_ backend: ServiceBackend, responseRules: [JSONValue]? = nil) {
        self.backend = backend
        self.responseRules = responseRules
    }
}
