package import JSON
package import KubernetesClient

/// What routes of all kinds have.
package protocol RouteResource: KubernetesResource {
    var parentRefs: [ParentRef] { get }
    /// As the specification has them; empty for a kind without.
    var hostnames: [String] { get }
    var status: JSONValue? { get }
}

package struct ParentRef: Codable, Sendable, Hashable {
    package var group: String?
    package var kind: String?
    package var namespace: String?
    package var name: String
    package var sectionName: String?
    package var port: Int?
}

/// A Service with its share of the requests.
package struct BackendRef: Codable, Sendable, Hashable {
    package var group: String?
    package var kind: String?
    package var name: String
    package var namespace: String?
    package var port: Int?
    /// 1 where nothing is said.
    package var weight: Int?
    @OrEmpty package var filters: [RouteFilter]
}

/// A condition on a header or a query parameter.
package struct NamedMatch: Codable, Sendable, Hashable {
    /// `Exact` where nothing is said.
    package var type: String?
    package var name: String
    package var value: String
}

/// `gateway.networking.k8s.io/v1` HTTPRoute.
package struct HTTPRoute: RouteResource, Hashable {
    package static let resource = ResourceKind(GatewayAPI.group, ["v1"], "HTTPRoute", "httproutes")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?
    package var parentRefs: [ParentRef] { self.spec.parentRefs }
    package var hostnames: [String] { self.spec.hostnames }

    package struct Spec: Codable, Sendable, Hashable {
        @OrEmpty package var parentRefs: [ParentRef]
        @OrEmpty package var hostnames: [String]
        @OrEmpty package var rules: [Rule]
    }

    package struct Rule: Codable, Sendable, Hashable {
        package var name: String?
        @OrEmpty package var matches: [Match]
        @OrEmpty package var filters: [RouteFilter]
        @OrEmpty package var backendRefs: [BackendRef]
        package var timeouts: Timeouts?
        package var retry: JSONValue?
    }

    package struct Match: Codable, Sendable, Hashable {
        package var path: PathMatch?
        @OrEmpty package var headers: [NamedMatch]
        @OrEmpty package var queryParams: [NamedMatch]
        package var method: String?
    }

    package struct PathMatch: Codable, Sendable, Hashable {
        /// `PathPrefix` where nothing is said.
        package var type: String?
        package var value: String?
    }

    package struct Timeouts: Codable, Sendable, Hashable {
        package var request: String?
        package var backendRequest: String?
    }
}

/// `gateway.networking.k8s.io/v1` GRPCRoute.
package struct GRPCRoute: RouteResource, Hashable {
    package static let resource = ResourceKind(GatewayAPI.group, ["v1"], "GRPCRoute", "grpcroutes")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?
    package var parentRefs: [ParentRef] { self.spec.parentRefs }
    package var hostnames: [String] { self.spec.hostnames }

    package struct Spec: Codable, Sendable, Hashable {
        @OrEmpty package var parentRefs: [ParentRef]
        @OrEmpty package var hostnames: [String]
        @OrEmpty package var rules: [Rule]
    }

    package struct Rule: Codable, Sendable, Hashable {
        package var name: String?
        @OrEmpty package var matches: [Match]
        @OrEmpty package var filters: [RouteFilter]
        @OrEmpty package var backendRefs: [BackendRef]
    }

    package struct Match: Codable, Sendable, Hashable {
        package var method: MethodMatch?
        @OrEmpty package var headers: [NamedMatch]
    }

    package struct MethodMatch: Codable, Sendable, Hashable {
        /// `Exact` where nothing is said.
        package var type: String?
        package var service: String?
        package var method: String?
    }
}

/// What TLSRoute and TCPRoute have in each rule.
package struct ConnectionRule: Codable, Sendable, Hashable {
    package var name: String?
    @OrEmpty package var backendRefs: [BackendRef]
}

/// `gateway.networking.k8s.io/v1` TLSRoute.
package struct TLSRoute: RouteResource, Hashable {
    package static let resource = ResourceKind(
        GatewayAPI.group,
        ["v1", "v1alpha3", "v1alpha2"],
        "TLSRoute",
        "tlsroutes"
    )

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?
    package var parentRefs: [ParentRef] { self.spec.parentRefs }
    package var hostnames: [String] { self.spec.hostnames }

    package struct Spec: Codable, Sendable, Hashable {
        @OrEmpty package var parentRefs: [ParentRef]
        @OrEmpty package var hostnames: [String]
        @OrEmpty package var rules: [ConnectionRule]
    }
}

/// `gateway.networking.k8s.io/v1` TCPRoute.
package struct TCPRoute: RouteResource, Hashable {
    package static let resource = ResourceKind(GatewayAPI.group, ["v1", "v1alpha2"], "TCPRoute", "tcproutes")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?
    package var parentRefs: [ParentRef] { self.spec.parentRefs }
    package var hostnames: [String] { [] }

    package struct Spec: Codable, Sendable, Hashable {
        @OrEmpty package var parentRefs: [ParentRef]
        @OrEmpty package var rules: [ConnectionRule]
    }
}
