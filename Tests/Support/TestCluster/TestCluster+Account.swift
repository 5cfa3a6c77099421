import Foundation
import JSON
package import KubernetesClient
import Model
import TestSupport
import Yams

extension TestCluster {
    /// The cluster as the operator's own service account may see it, with the rights that the plain manifests give it: what
    /// is missing there fails a test.
    package func operatorConfiguration() async throws -> ClusterConfiguration {
        ClusterConfiguration(
            server: self.configuration.server,
            trust: self.configuration.trust,
            credentials: .token(Secret(try await Self.operatorToken.value))
        )
    }

    /// Where the manifests put it.
    package static let operatorNamespace = "portico"

    private static let account = "portico-operator"

    /// Makes the account and its roles once for all tests of the process.
    private static let operatorToken = Task {
        guard let state = Self.folder else { throw TestClusterError(what: Self.missing) }
        let client = try ClusterClient(
            try Kubeconfig.load("\(state)/kubeconfig").configuration(),
            product: "portico-tests/1"
        )
        let file = SharedMaterial.packageRoot.appending(path: "deploy/kubernetes/portico-operator.yaml")
        let manifests = try Self.objects(in: try String(contentsOf: file, encoding: .utf8))
        let namespace: JSONObject = ["metadata": ["name": .string(Self.operatorNamespace)]]
        try await client.apply(
            ResourceType(ResourceKind("", ["v1"], "Namespace", "namespaces", isNamespaced: false), version: "v1"),
            ObjectKey("", Self.operatorNamespace),
            namespace,
            manager: "tests"
        )
        for object in manifests {
            guard let type = Self.accessTypes[object["kind"]?.string ?? ""],
                let name = object["metadata"]?.object?["name"]?.string
            else { continue }
            let key = ObjectKey(type.kind.isNamespaced ? Self.operatorNamespace : "", name)
            try await client.apply(type, key, object, manager: "tests")
        }
        return try await Self.token(client)
    }

    private static let accessTypes: [String: ResourceType] = {
        let group = "rbac.authorization.k8s.io"
        let kinds = [
            ResourceKind("", ["v1"], "ServiceAccount", "serviceaccounts"),
            ResourceKind(group, ["v1"], "ClusterRole", "clusterroles", isNamespaced: false),
            ResourceKind(group, ["v1"], "ClusterRoleBinding", "clusterrolebindings", isNamespaced: false),
            ResourceKind(group, ["v1"], "Role", "roles"),
            ResourceKind(group, ["v1"], "RoleBinding", "rolebindings"),
        ]
        return Dictionary(uniqueKeysWithValues: kinds.map { ($0.kind, ResourceType($0, version: "v1")) })
    }()

    /// A token of the account that does not expire: a controller of the server puts it into a Secret.
    private static func token(_ client: ClusterClient) async throws -> String {
        let secrets = ResourceType(ResourceKind("", ["v1"], "Secret", "secrets"), version: "v1")
        let key = ObjectKey(Self.operatorNamespace, "\(Self.account)-token")
        let metadata: JSONObject = [
            "name": .string(key.name), "annotations": ["kubernetes.io/service-account.name": .string(Self.account)],
        ]
        try await client.apply(
            secrets,
            key,
            ["metadata": .object(metadata), "type": "kubernetes.io/service-account-token"],
            manager: "tests"
        )
        for _ in 0..<200 {
            let data = try await client.value(as: secrets, key)?["data"]?.object?["token"]?.string
            if let bytes = data.flatMap({ Data(base64Encoded: $0) }) { return String(decoding: bytes, as: UTF8.self) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestClusterError(what: "the server gave the account no token")
    }
}
