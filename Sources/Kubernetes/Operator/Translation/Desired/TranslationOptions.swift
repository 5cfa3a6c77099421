package import Addressing

/// What the operator was told about translating.
package struct TranslationOptions: Sendable, Hashable {
    /// The controller that classes of Ingresses name to be ours.
    package var ingressController = "ngrok.com/ingress-controller"
    /// The controller that classes of Gateways name to be ours.
    package var gatewayController = "ngrok.com/gateway-controller"
    /// Behind the names of Services; the usual one is left out.
    package var clusterDomain = Self.usualClusterDomain
    /// The hosts of rules that name none.
    package var defaultHosts: [String] = []
    package var plainHTTP = PlainHTTP.none
    package var dialling = Dialling.names
    /// Where the edge is reached, in place of what the reserved names say: a name or addresses.
    package var publishedAddresses: [String] = []
    /// For all endpoints.
    package var metadata: [String: String] = [:]
    /// The class of load balancers that is ours.
    package var loadBalancerClass = "ngrok"
    package var checksReferenceGrants = true
    /// On which the edge has listeners for everybody.
    package var ports = PublicPorts.standard
    /// Of the definitions of the Gateway API in the cluster, as `v1.6.0`; nil where that is not known.
    package var gatewayAPIVersion: String?

    package static let usualClusterDomain = "svc.cluster.local"
    package static let finalizer = "ngrok.com/finalizer"
    package static let olderFinalizer = "k8s.ngrok.com/finalizer"

    /// What port 80 does for the hosts of Ingresses.
    package enum PlainHTTP: String, Sendable, Hashable, CaseIterable {
        case none, redirect, serve
    }

    /// How Services are reached (`spec/kubernetes.md` 10.2).
    package enum Dialling: String, Sendable, Hashable, CaseIterable {
        /// By name: the cluster, or a mesh, balances.
        case names = "service"
        /// By the addresses of their endpoints: the agent balances.
        case addresses = "endpoints"
    }

    package init() {}

    /// Both spellings of a controller: classes of older installations have the longer one.
    func isOurs(_ controller: String, _ ours: String) -> Bool {
        controller == ours || controller == "k8s.\(ours)"
    }
}
