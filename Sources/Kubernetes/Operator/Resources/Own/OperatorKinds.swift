package import JSON
package import KubernetesClient

/// KubernetesOperator: one for each installation.
package struct KubernetesOperator: KubernetesResource, Hashable {
    package static let resource = ResourceKind(OwnGroup.today, ["v1"], "KubernetesOperator", "kubernetesoperators")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var description: String?
        package var metadata: MetadataMap?
        @OrEmpty package var enabledFeatures: [String]
        package var region: String?
        package var deployment: Deployment?
        package var binding: Binding?
        package var drain: Drain?
    }

    package struct Deployment: Codable, Sendable, Hashable {
        package var name: String?
        package var namespace: String?
        package var version: String?
    }

    package struct Binding: Codable, Sendable, Hashable {
        @OrEmpty package var endpointSelectors: [String]
        package var ingressEndpoint: String?
        package var tlsSecretName: String?
    }

    package struct Drain: Codable, Sendable, Hashable {
        /// `Retain` where nothing is said.
        package var policy: String?
    }
}

/// BoundEndpoint: an endpoint of the platform that has a Service in the cluster.
package struct BoundEndpoint: KubernetesResource, Hashable {
    package static let resource = ResourceKind(OwnGroup.today, ["v1"], "BoundEndpoint", "boundendpoints")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var endpointURL: String?
        /// The older name of `endpointURL`.
        package var endpointURI: String?
        package var scheme: String?
        package var port: Int
        package var target: Target
    }

    package struct Target: Codable, Sendable, Hashable {
        package var service: String
        package var namespace: String
        package var `protocol`: String?
        package var port: Int
        package var metadata: TargetMetadata?
    }

    package struct TargetMetadata: Codable, Sendable, Hashable {
        @OrEmpty package var labels: [String: String]
        @OrEmpty package var annotations: [String: String]
    }
}
