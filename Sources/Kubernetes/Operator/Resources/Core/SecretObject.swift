import Foundation
package import KubernetesClient
package import Model

/// `v1` Secret. Its values are kept as they came, in Base64, and print as `[secret]`.
package struct SecretObject: KubernetesResource {
    package static let resource = ResourceKind("", ["v1"], "Secret", "secrets")

    package var metadata: ObjectMetadata
    @OrEmpty package var type: String
    private var data: [String: SealedText]?

    package init(metadata: ObjectMetadata, type: String, texts: [String: String]) {
        self.metadata = metadata
        self.type = type
        self.data = texts.mapValues { SealedText(Secret(Data($0.utf8).base64EncodedString())) }
    }

    /// A value of it as text; nil where there is none, or it is no UTF-8.
    package func text(_ name: String) -> Secret? {
        guard let value = self.data?[name]?.secret, let bytes = Data(base64Encoded: value.reveal()) else { return nil }
        return String(validating: bytes, as: UTF8.self).map { Secret($0) }
    }
}

/// A text of a document that is not shown.
private struct SealedText: Codable, Sendable {
    let secret: Secret

    init(_ secret: Secret) { self.secret = secret }

    init(from decoder: any Decoder) throws {
        self.secret = Secret(try decoder.singleValueContainer().decode(String.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.secret.reveal())
    }
}

/// `v1` ConfigMap.
package struct ConfigMap: KubernetesResource, Hashable {
    package static let resource = ResourceKind("", ["v1"], "ConfigMap", "configmaps")

    package var metadata: ObjectMetadata
    @OrEmpty package var data: [String: String]
}

/// `v1` Namespace.
package struct Namespace: KubernetesResource, Hashable {
    package static let resource = ResourceKind("", ["v1"], "Namespace", "namespaces", isNamespaced: false)

    package var metadata: ObjectMetadata
}
