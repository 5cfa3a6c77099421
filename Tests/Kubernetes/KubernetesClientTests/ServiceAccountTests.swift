import Foundation
import JSON
import TestCluster
import Testing

@testable import KubernetesClient

/// As a pod is who it is, at a real API server (`scripts/test-kubernetes.sh`).
@Suite(.enabled(if: TestCluster.isThere, "there is no API server: scripts/test-kubernetes.sh starts one"))
struct ServiceAccountTests {
    private let maps = ResourceType(ConfigMapProbe.resource, version: "v1")
    private let accounts = ResourceType(
        ResourceKind("", ["v1"], "ServiceAccount", "serviceaccounts"),
        version: "v1"
    )

    private static func access(_ kind: String, _ plural: String) -> ResourceType {
        ResourceType(ResourceKind("rbac.authorization.k8s.io", ["v1"], kind, plural), version: "v1")
    }

    private func makeAccount(_ cluster: TestCluster) async throws {
        try await cluster.create(self.accounts, in: cluster.namespace, ["metadata": ["name": "pod"]])
    }

    private func token(_ cluster: TestCluster) async throws -> String {
        let body = #"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":600}}"#
        let path = "\(self.accounts.path(of: ObjectKey(cluster.namespace, "pod")))/token"
        let answer = try await cluster.client.send(
            ClusterRequest(.post, path, body: .init(kind: .json, bytes: Array(body.utf8)))
        )
        return try #require(try JSONValue(reading: answer).object?["status"]?.object?["token"]?.string)
    }

    private func allowReading(_ cluster: TestCluster) async throws {
        let rule: JSONValue = ["apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]]
        try await cluster.create(
            Self.access("Role", "roles"),
            in: cluster.namespace,
            ["metadata": ["name": "reader"], "rules": [rule]]
        )
        try await cluster.create(
            Self.access("RoleBinding", "rolebindings"),
            in: cluster.namespace,
            [
                "metadata": ["name": "reader"],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"],
                "subjects": [
                    ["kind": "ServiceAccount", "name": "pod", "namespace": .string(cluster.namespace)]
                ],
            ]
        )
    }

    private func configuration(_ cluster: TestCluster, in folder: String) throws -> ClusterConfiguration {
        let server = try #require(URL(string: cluster.configuration.server))
        let surroundings = [
            "KUBERNETES_SERVICE_HOST": server.host() ?? "", "KUBERNETES_SERVICE_PORT": "\(server.port ?? 0)",
        ]
        return try #require(try ClusterConfiguration.inCluster(environment: surroundings, folder: folder))
    }

    @Test func `A pod's token is read again when the server refuses it, and a right that is missing is told (K-08)`()
        async throws
    {
        try await TestCluster.with { cluster in
            let folder = FileManager.default.temporaryDirectory.appending(path: "pod-\(UUID())").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            func write(_ name: String, _ text: String) throws {
                try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
            }
            try await self.makeAccount(cluster)
            try write("token", try await self.token(cluster))
            try write("ca.crt", try String(contentsOfFile: "\(cluster.folder)/pki/ca.crt", encoding: .utf8))
            try write("namespace", cluster.namespace)
            let configuration = try self.configuration(cluster, in: folder)
            let pod = try ClusterClient(configuration, product: "portico-tests/1")
            func read() async throws -> Int? {
                do throws(ClusterError) {
                    let key = ObjectKey(configuration.namespace, "none")
                    let _: ConfigMapProbe? = try await pod.get(as: self.maps, key)
                    return nil
                } catch {
                    return try #require(error.refusal?.status, "\(error)")
                }
            }
            #expect(try await read() == 403)
            try await self.allowReading(cluster)
            try await cluster.wait("the pod may read") { try await read() == nil }
            // The account is another one now, and what it was given before is worth nothing.
            try await cluster.client.delete(self.accounts, ObjectKey(cluster.namespace, "pod"))
            try await cluster.wait("the old token is refused") { try await read() == 401 }
            try await self.makeAccount(cluster)
            try write("token", try await self.token(cluster))
            #expect(try await read() == nil)
            await pod.shutDown()
        }
    }
}
