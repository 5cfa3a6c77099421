package import JSON
package import KubernetesClient

/// `v1` Service.
package struct Service: KubernetesResource, Hashable {
    package static let resource = ResourceKind("", ["v1"], "Service", "services")

    package var metadata: ObjectMetadata
    package var spec: Spec?
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var type: String?
        package var clusterIP: String?
        package var loadBalancerClass: String?
        @OrEmpty package var externalName: String
        @OrEmpty package var ports: [Port]
    }

    package struct Port: Codable, Sendable, Hashable {
        @OrEmpty package var name: String
        package var port: Int
        package var targetPort: IntOrName?
        package var `protocol`: String?
        package var appProtocol: String?

        /// `TCP` where nothing is said.
        package var transport: String { self.`protocol` ?? "TCP" }
    }

    package var ports: [Port] { self.spec?.ports ?? [] }
    package var isHeadless: Bool { self.spec?.clusterIP == "None" }
    package var isExternalName: Bool { self.spec?.type == "ExternalName" }
}

/// A number or a name, as ports of containers are given.
package enum IntOrName: Codable, Sendable, Hashable {
    case number(Int)
    case name(String)

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // A text is told by failing to be a number; its own error is the one that is thrown.
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else {
            self = .name(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .name(let name): try container.encode(name)
        }
    }
}

/// `discovery.k8s.io/v1` EndpointSlice.
package struct EndpointSlice: KubernetesResource, Hashable {
    package static let resource = ResourceKind(
        "discovery.k8s.io",
        ["v1", "v1beta1"],
        "EndpointSlice",
        "endpointslices"
    )

    package var metadata: ObjectMetadata
    package var addressType: String?
    @OrEmpty package var endpoints: [Endpoint]
    @OrEmpty package var ports: [Port]

    package struct Endpoint: Codable, Sendable, Hashable {
        @OrEmpty package var addresses: [String]
        package var conditions: Conditions?
    }

    /// Nil is unknown, which counts as ready.
    package struct Conditions: Codable, Sendable, Hashable {
        package var ready: Bool?
        package var serving: Bool?
        package var terminating: Bool?
    }

    package struct Port: Codable, Sendable, Hashable {
        @OrEmpty package var name: String
        package var port: Int?
        package var `protocol`: String?
    }

    package var serviceName: String? { self.metadata.labels["kubernetes.io/service-name"] }
}
