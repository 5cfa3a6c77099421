import Foundation
package import JSON
package import KubernetesClient
package import Logging

/// The real API server that `scripts/test-kubernetes.sh` has started. One serves all tests of a process; each has a
/// namespace of its own there.
package struct TestCluster: Sendable {
    /// Whether there is one; tests that need it say that it is missing where there is none.
    package static let isThere = Self.folder != nil
    package static let missing = "there is no API server: scripts/test-kubernetes.sh starts one"

    /// Where the server's state lies: its kubeconfig, its authority, its logs.
    package static let folder = ProcessInfo.processInfo.environment["KUBE_TEST_DIR"]

    package let folder: String
    package let configuration: ClusterConfiguration
    package let client: ClusterClient
    package let discovery: Discovery
    /// Of this test alone.
    package let namespace: String
    package let logger: Logger

    /// Runs `body` in a namespace of its own, which is gone afterwards but for what the server needs to end it.
    package static func with<Result>(_ body: (TestCluster) async throws -> Result) async throws -> Result {
        guard let folder else { throw TestClusterError(what: Self.missing) }
        let configuration = try Kubeconfig.load("\(folder)/kubeconfig").configuration()
        let client = try ClusterClient(configuration, product: "portico-tests/1")
        // What an operator says belongs to the test that fails.
        var logger = Logger(label: "kubernetes") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let cluster = TestCluster(
            folder: folder,
            configuration: configuration,
            client: client,
            discovery: Discovery(client, lifetime: .milliseconds(200)),
            namespace: "t-\(String(UInt64.random(in: .min ... .max), radix: 36))",
            logger: logger
        )
        do {
            try await cluster.create(Self.namespaces, in: "", ["metadata": ["name": .string(cluster.namespace)]])
            let result = try await body(cluster)
            try await cluster.end()
            return result
        } catch {
            // The error of the test is the one to tell.
            try? await cluster.end()
            throw error
        }
    }

    private static let namespaces = ResourceType(
        ResourceKind("", ["v1"], "Namespace", "namespaces", isNamespaced: false),
        version: "v1"
    )

    private func end() async throws {
        try await self.client.delete(Self.namespaces, ObjectKey("", self.namespace))
        await self.client.shutDown()
    }

    @discardableResult
    package func create(_ type: ResourceType, in namespace: String, _ body: JSONObject) async throws -> ObjectMetadata {
        try await self.client.create(type, in: namespace, body)
    }

    /// Polls until `condition` holds. What a cluster does cannot be waited for otherwise: it is another process.
    package func wait(
        _ what: String,
        seconds: Int = 10,
        until condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                throw TestClusterError(what: "\(what): not within \(seconds) s")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

package struct TestClusterError: Error, CustomStringConvertible {
    package let what: String

    package init(what: String) {
        self.what = what
    }

    package var description: String { self.what }
}
