import JSON
import TestCluster
import Testing

@testable import KubernetesClient

/// What an informer makes of a server that is killed. Beside no other test: `scripts/test-kubernetes.sh` runs these by themselves.
@Suite(
    .serialized,
    .timeLimit(.minutes(2)),
    .enabled(if: TestCluster.isThere, "there is no API server: scripts/test-kubernetes.sh starts one")
)
struct ClusterRestartTests {
    private let maps = ResourceType(ConfigMapProbe.resource, version: "v1")

    private func body(_ name: String) -> JSONObject { ["metadata": ["name": .string(name)]] }

    @Test func `An informer outlives its server: what was kept, what came and what went are as they are (K-03, K-04)`()
        async throws
    {
        try await TestCluster.with { cluster in
            let signal = ChangeSignal()
            let informer = Informer<ConfigMapProbe>(
                cluster.client,
                cluster.discovery,
                in: ObjectScope(namespace: cluster.namespace, fieldSelector: "metadata.name!=kube-root-ca.crt"),
                logger: cluster.logger,
                changed: { signal.send() }
            )
            let running = Task { await informer.run() }
            defer { running.cancel() }
            func names() -> Set<String> { Set(informer.snapshot.objects.keys.map(\.name)) }
            var changes = signal.changes.makeAsyncIterator()
            for name in ["kept", "gone"] {
                try await cluster.client.create(self.maps, in: cluster.namespace, self.body(name))
            }
            while names() != ["kept", "gone"] { await changes.next() }
            try await cluster.restart(pause: 1)
            // Away, it keeps what it knew.
            #expect(names().isSuperset(of: ["kept"]))
            try await cluster.client.delete(self.maps, ObjectKey(cluster.namespace, "gone"))
            // More than the server keeps for a watch that comes late.
            let further = (0..<150).map { "m\($0)" }
            for name in further {
                try await cluster.client.create(self.maps, in: cluster.namespace, self.body(name))
            }
            let all = Set(further + ["kept"])
            while names() != all { await changes.next() }
            #expect(informer.isSettled)
        }
    }
}
