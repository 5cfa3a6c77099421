import Control
import EdgeTestSupport
import JSON
import KubernetesClient
import Operator
import TestCluster
import Testing

/// Services of the type LoadBalancer, from a real API server to visitors of a real edge; the name ends with the ids of the
/// specification's cases.
@Suite(.enabled(if: TestCluster.isThere, "there is no API server: scripts/test-kubernetes.sh starts one"))
struct LoadBalancerTests {
    @Test func `A Service of our class has an address of the edge, which goes when it is none any more (S-01, S-06)`()
        async throws
    {
        try await OperatorRig.with(edge: { $0.control.tcpPorts = 20_300...20_399 }) { rig in
            try await TestUpstream.with(TestUpstream.echo) { database in
                let spec: JSONObject = ["type": "LoadBalancer", "loadBalancerClass": .string(rig.className)]
                try await rig.makeService("db", port: 5432, at: database.port, spec: spec)
                let key = ObjectKey(rig.cluster.namespace, "db")
                var port: UInt16 = 0
                try await rig.cluster.wait("the status has the address") {
                    let found: Service? = try await rig.cluster.client.get(as: OperatorRig.services, key)
                    let entry = found?.status?.object?["loadBalancer"]?.object?["ingress"]?.array?.first?.object
                    port = UInt16(entry?["ports"]?.array?.first?.object?["port"]?.integer ?? 0)
                    return entry?["hostname"]?.string == TestEdge.baseDomain && port != 0
                }
                try await rig.cluster.wait("the address serves") {
                    // Until the endpoint is bound, nobody listens there.
                    guard let connection = try? await TestConnection.open(port: port) else { return false }
                    try await connection.write("ping")
                    let answer = try? await connection.read(count: 4)
                    await connection.close()
                    return answer == Array("ping".utf8)
                }
                try await rig.cluster.client.mergePatch(
                    OperatorRig.services,
                    key,
                    ["spec": ["type": "ClusterIP", "loadBalancerClass": .null]]
                )
                try await rig.cluster.wait("nothing of us is left") {
                    let found: Service? = try await rig.cluster.client.get(as: OperatorRig.services, key)
                    let reserved = try await rig.api.call("GET", "/reserved_addrs").object["reserved_addrs"]?.array
                    return found?.metadata.finalizers.isEmpty == true
                        && found?.metadata.annotations["ngrok.com/computed-url"] == nil && reserved?.isEmpty == true
                }
            }
        }
    }
}
