package import JSON
package import KubernetesClient

/// `gateway.networking.k8s.io/v1` Gateway.
package struct Gateway: KubernetesResource, Hashable {
    package static let resource = ResourceKind(GatewayAPI.group, ["v1"], "Gateway", "gateways")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var gatewayClassName: String
        @OrEmpty package var listeners: [Listener]
        @OrEmpty package var addresses: [Address]
        package var infrastructure: Infrastructure?
    }

    package struct Address: Codable, Sendable, Hashable {
        /// `IPAddress` where nothing is said.
        package var type: String?
        @OrEmpty package var value: String
    }

    package struct Infrastructure: Codable, Sendable, Hashable {
        @OrEmpty package var labels: [String: String]
        @OrEmpty package var annotations: [String: String]
        package var parametersRef: LocalParameters?
    }

    package struct LocalParameters: Codable, Sendable, Hashable {
        package var group: String
        package var kind: String
        package var name: String
    }

    package struct Listener: Codable, Sendable, Hashable {
        package var name: String
        @OrEmpty package var hostname: String
        package var port: Int
        package var `protocol`: String
        package var tls: TLS?
        package var allowedRoutes: AllowedRoutes?
    }

    package struct TLS: Codable, Sendable, Hashable {
        /// `Terminate` where nothing is said.
        package var mode: String?
        @OrEmpty package var certificateRefs: [ObjectRef]
        @OrEmpty package var options: [String: String]
    }

    package struct AllowedRoutes: Codable, Sendable, Hashable {
        package var namespaces: RouteNamespaces?
        @OrEmpty package var kinds: [RouteGroupKind]
    }

    package struct RouteNamespaces: Codable, Sendable, Hashable {
        /// `Same` where nothing is said.
        package var from: String?
        package var selector: LabelSelector?
    }

    package struct RouteGroupKind: Codable, Sendable, Hashable {
        package var group: String?
        package var kind: String
    }
}

/// Another object, perhaps of another namespace.
package struct ObjectRef: Codable, Sendable, Hashable {
    package var group: String?
    package var kind: String?
    package var name: String
    package var namespace: String?
}

/// Which labels an object must have.
package struct LabelSelector: Codable, Sendable, Hashable {
    @OrEmpty package var matchLabels: [String: String]
    @OrEmpty package var matchExpressions: [Requirement]

    package struct Requirement: Codable, Sendable, Hashable {
        package var key: String
        package var `operator`: String
        @OrEmpty package var values: [String]
    }

    /// An operator that is not known selects nothing.
    package func selects(_ labels: [String: String]) -> Bool {
        self.matchLabels.allSatisfy { labels[$0.key] == $0.value }
            && self.matchExpressions.allSatisfy { $0.holds(for: labels[$0.key]) }
    }
}

extension LabelSelector.Requirement {
    fileprivate func holds(for value: String?) -> Bool {
        switch self.operator {
        case "In": value.map(self.values.contains) ?? false
        case "NotIn": !(value.map(self.values.contains) ?? false)
        case "Exists": value != nil
        case "DoesNotExist": value == nil
        default: false
        }
    }
}
