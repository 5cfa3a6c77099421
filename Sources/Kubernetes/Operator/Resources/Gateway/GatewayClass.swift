package import JSON
package import KubernetesClient

/// Names of the Gateway API that more than one kind uses.
package enum GatewayAPI {
    package static let group = "gateway.networking.k8s.io"
}

/// `gateway.networking.k8s.io/v1` GatewayClass.
package struct GatewayClass: KubernetesResource, Hashable {
    package static let resource = ResourceKind(
        GatewayAPI.group,
        ["v1"],
        "GatewayClass",
        "gatewayclasses",
        isNamespaced: false
    )

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var controllerName: String
        package var parametersRef: ParametersReference?
    }
}

package struct ParametersReference: Codable, Sendable, Hashable {
    package var group: String
    package var kind: String
    package var name: String
    package var namespace: String?
}
