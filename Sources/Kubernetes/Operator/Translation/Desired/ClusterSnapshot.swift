package import Addressing

/// What of the cluster a translation looks at, all of one moment.
package struct ClusterSnapshot: Sendable {
    package var namespaces: [Namespace] = []
    package var services: [Service] = []
    package var endpointSlices: [EndpointSlice] = []
    package var secrets: [SecretObject] = []
    package var configMaps: [ConfigMap] = []
    package var ingressClasses: [IngressClass] = []
    package var ingresses: [Ingress] = []
    package var gatewayClasses: [GatewayClass] = []
    package var gateways: [Gateway] = []
    package var httpRoutes: [HTTPRoute] = []
    package var grpcRoutes: [GRPCRoute] = []
    package var tlsRoutes: [TLSRoute] = []
    package var tcpRoutes: [TCPRoute] = []
    package var referenceGrants: [ReferenceGrant] = []
    package var backendTLSPolicies: [BackendTLSPolicy] = []
    package var trafficPolicies: [TrafficPolicyObject] = []
    package var cloudEndpoints: [CloudEndpoint] = []
    package var agentEndpoints: [AgentEndpoint] = []
    /// What is served at the edge now; nil where that is not known, and what is asked for counts as served.
    package var served: Set<EndpointURL>?
    /// The TCP addresses that are reserved, as `host:port`; nil where that is not known, and what is asked for is believed.
    package var reservedAddresses: Set<String>?
    /// The names that are reserved: their statuses say where visitors are sent.
    package var domains: [Domain] = []

    package init() {}
}
