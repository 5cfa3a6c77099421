package import JSON
package import KubernetesClient

/// `gateway.networking.k8s.io/v1` ReferenceGrant: which objects of other namespaces may refer to those of its own.
package struct ReferenceGrant: KubernetesResource, Hashable {
    package static let resource = ResourceKind(
        GatewayAPI.group,
        ["v1", "v1beta1"],
        "ReferenceGrant",
        "referencegrants"
    )

    package var metadata: ObjectMetadata
    package var spec: Spec

    package struct Spec: Codable, Sendable, Hashable {
        @OrEmpty package var from: [From]
        @OrEmpty package var to: [To]
    }

    package struct From: Codable, Sendable, Hashable {
        @OrEmpty package var group: String
        package var kind: String
        package var namespace: String
    }

    package struct To: Codable, Sendable, Hashable {
        @OrEmpty package var group: String
        package var kind: String
        /// Nil for all of the kind.
        package var name: String?
    }
}

/// `gateway.networking.k8s.io/v1` BackendTLSPolicy: how a Service's certificate is verified.
package struct BackendTLSPolicy: KubernetesResource, Hashable {
    package static let resource = ResourceKind(
        GatewayAPI.group,
        ["v1", "v1alpha3"],
        "BackendTLSPolicy",
        "backendtlspolicies"
    )

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        @OrEmpty package var targetRefs: [Target]
        package var validation: Validation
    }

    package struct Target: Codable, Sendable, Hashable {
        @OrEmpty package var group: String
        package var kind: String
        package var name: String
        /// The name of a port; nil for all of them.
        package var sectionName: String?
    }

    package struct Validation: Codable, Sendable, Hashable {
        @OrEmpty package var caCertificateRefs: [LocalRef]
        package var wellKnownCACertificates: String?
        package var hostname: String
        @OrEmpty package var subjectAltNames: [SubjectAltName]
    }

    package struct LocalRef: Codable, Sendable, Hashable {
        @OrEmpty package var group: String
        package var kind: String
        package var name: String
    }

    package struct SubjectAltName: Codable, Sendable, Hashable {
        package var type: String
        package var hostname: String?
        package var uri: String?
    }
}
