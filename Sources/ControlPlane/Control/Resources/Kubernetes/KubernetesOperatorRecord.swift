package import Certificates
package import Foundation
package import Model
package import Store

/// An operator that runs in a cluster of Kubernetes.
package struct KubernetesOperatorRecord: ResourceDocument {
    package typealias Kind = KubernetesOperatorKind
    package static let recordKind = RecordKind("kubernetes_operator")

    package struct Deployment: Codable, Sendable, Hashable {
        package var name: String
        package var namespace: String
        package var version: String
        package var cluster: String
    }

    /// Which endpoints it binds in its cluster.
    package struct Binding: Codable, Sendable, Hashable {
        /// Expressions over `endpoint`; those that one is true of are bound.
        package var selectors: [String]
        /// With which it connects; nil until it was asked for.
        package var certificate: ClientCertificate?
        /// `host:port` that it connects to; nil for what the edge says elsewhere.
        package var ingress: String?
    }

    /// `bindings`, `ingress`, `gateway`.
    package var features: [String]
    package var region: String
    package var deployment: Deployment
    package var binding: Binding?
    /// The user or service user who registered it.
    package var principal: String
    package var description = ""
    package var metadata = ""
    package var created: Date
    package var updated: Date
}

/// The authority that certifies operators: one for the whole platform, made when the first operator asks.
package struct OperatorAuthorityRecord: StoredDocument {
    package typealias Kind = CertificateAuthorityKind
    package static let recordKind = RecordKind("operator_authority")

    /// In PEM.
    package var certificate: String
    /// In PEM, sealed.
    package var sealedKey: String

    /// There is one.
    package var uniqueKeys: [String: String] { [Self.key: Self.key] }

    static let key = "authority"
}
