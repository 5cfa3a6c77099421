import EdgeTestSupport
import JSON
import KubernetesClient
import Operator
import TestCluster
import Testing

/// Endpoints that people write themselves, from a real API server to visitors of a real edge; names end with the ids of the
/// specification's cases.
@Suite(.enabled(if: TestCluster.isThere, "there is no API server: scripts/test-kubernetes.sh starts one"))
struct OwnEndpointTests {
    private static let endpoints = ResourceType(AgentEndpoint.resource, version: "v1")

    @Test func `An AgentEndpoint is served, says so, and goes; a wrong one says what is wrong (E-01, E-06)`()
        async throws
    {
        try await TestCluster.defineOwnKinds()
        try await OperatorRig.with { rig in
            try await TestUpstream.named("web") { web in
                let host = rig.host("own")
                for (name, url) in [("good", "https://\(host)"), ("wrong", "https://a_b")] {
                    try await rig.cluster.create(
                        Self.endpoints,
                        in: rig.cluster.namespace,
                        [
                            "metadata": ["name": .string(name)],
                            "spec": [
                                "url": .string(url), "upstream": ["url": .string("http://127.0.0.1:\(web.port)")],
                            ],
                        ]
                    )
                }
                try await rig.expect(host, "/", OperatorRig.Answer(status: 200, body: "web"))
                try await rig.cluster.wait("both say how they are") {
                    let good = try await Self.ready("good", rig)
                    let wrong = try await Self.ready("wrong", rig)
                    return good == "True EndpointActive" && wrong == "False ConfigurationError"
                }
                let key = ObjectKey(rig.cluster.namespace, "good")
                try await rig.cluster.client.delete(Self.endpoints, key)
                try await rig.cluster.wait("it is gone, and the edge serves it no more") {
                    let found: AgentEndpoint? = try await rig.cluster.client.get(as: Self.endpoints, key)
                    guard found == nil else { return false }
                    return try await rig.visit(host).status != 200
                }
            }
        }
    }

    /// Status and reason of the condition `Ready`.
    private static func ready(_ name: String, _ rig: OperatorRig) async throws -> String? {
        let key = ObjectKey(rig.cluster.namespace, name)
        let found: AgentEndpoint? = try await rig.cluster.client.get(as: Self.endpoints, key)
        let conditions = found?.status?.member("conditions")?.array ?? []
        let ready = conditions.first { $0.member("type")?.string == "Ready" }
        return ready.map { "\($0.member("status")?.string ?? "") \($0.member("reason")?.string ?? "")" }
    }
}
