package import JSON
package import KubernetesClient

/// `networking.k8s.io/v1` Ingress.
package struct Ingress: KubernetesResource, Hashable {
    package static let resource = ResourceKind("networking.k8s.io", ["v1"], "Ingress", "ingresses")

    package var metadata: ObjectMetadata
    package var spec: Spec?
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var ingressClassName: String?
        package var defaultBackend: Backend?
        @OrEmpty package var rules: [Rule]
        @OrEmpty package var tls: [TLS]
    }

    package struct Rule: Codable, Sendable, Hashable {
        @OrEmpty package var host: String
        package var http: Paths?
    }

    package struct Paths: Codable, Sendable, Hashable {
        @OrEmpty package var paths: [Path]
    }

    package struct Path: Codable, Sendable, Hashable {
        @OrEmpty package var path: String
        package var pathType: String?
        package var backend: Backend
    }

    package struct Backend: Codable, Sendable, Hashable {
        package var service: ServiceBackend?
        package var resource: TypedReference?
    }

    package struct ServiceBackend: Codable, Sendable, Hashable {
        package var name: String
        package var port: Port?
    }

    package struct Port: Codable, Sendable, Hashable {
        package var name: String?
        package var number: Int?
    }

    package struct TLS: Codable, Sendable, Hashable {
        @OrEmpty package var hosts: [String]
        @OrEmpty package var secretName: String
    }
}

/// An object of the same namespace, by group, kind and name.
package struct TypedReference: Codable, Sendable, Hashable {
    package var apiGroup: String?
    package var kind: String
    package var name: String
}

/// `networking.k8s.io/v1` IngressClass.
package struct IngressClass: KubernetesResource, Hashable {
    package static let resource = ResourceKind(
        "networking.k8s.io",
        ["v1"],
        "IngressClass",
        "ingressclasses",
        isNamespaced: false
    )

    package var metadata: ObjectMetadata
    package var spec: Spec?

    package struct Spec: Codable, Sendable, Hashable {
        @OrEmpty package var controller: String
    }

    package var isDefault: Bool {
        self.metadata.annotations["ingressclass.kubernetes.io/is-default-class"] == "true"
    }
}
