import EdgeTestSupport
import JSON
import KubernetesClient
import Operator
import TestCluster
import Testing

/// The Gateway API from a real API server to visitors of a real edge; the names end with the ids of the specification's cases.
@Suite(.enabled(if: TestCluster.isThere, "there is no API server: scripts/test-kubernetes.sh starts one"))
struct GatewayTests {
    private typealias Answer = OperatorRig.Answer

    /// A class and a Gateway with one plain listener for each host.
    private func makeGateway(_ rig: OperatorRig, hosts: [String]) async throws {
        try await rig.cluster.apply(
            GatewayClass.resource,
            """
            metadata: {name: \(rig.className)}
            spec: {controllerName: \(rig.controller)}
            """
        )
        let listeners = hosts.enumerated().map { index, host in
            "- {name: l\(index), protocol: HTTP, port: 80, hostname: '\(host)'}"
        }
        try await rig.cluster.apply(
            Gateway.resource,
            """
            metadata: {name: gate}
            spec:
              gatewayClassName: \(rig.className)
              listeners:
            \(listeners.map { "  \($0)" }.joined(separator: "\n"))
            """
        )
    }

    private func with(_ body: @escaping @Sendable (OperatorRig) async throws -> Void) async throws {
        try await TestCluster.defineGatewayAPI()
        try await OperatorRig.with(
            {
                $0.translation.gatewayController = $0.translation.ingressController
                $0.translation.publishedAddresses = ["edge.example.com"]
            },
            { rig in
                do {
                    try await body(rig)
                    try await rig.deleteGatewayClass()
                } catch {
                    // The error of the test is the one to tell.
                    try? await rig.deleteGatewayClass()
                    throw error
                }
            }
        )
    }

    private func conditions(_ status: JSONValue?) -> [String: String] {
        let list = status?.object?["conditions"]?.array?.compactMap(\.object) ?? []
        return list.reduce(into: [:]) { $0[$1["type"]?.string ?? ""] = $1["status"]?.string }
    }

    @Test func `A route is served on its Gateway's listener, and both say so (G-10, H-01)`() async throws {
        try await self.with { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                let host = rig.host("gate")
                try await self.makeGateway(rig, hosts: [host])
                try await rig.cluster.apply(
                    HTTPRoute.resource,
                    """
                    metadata: {name: web}
                    spec:
                      parentRefs: [{name: gate}]
                      rules: [{backendRefs: [{name: web, port: 80}]}]
                    """
                )
                try await rig.expect(host, "/", Answer(status: 200, body: "web"), isPlain: true)
                let gate = ObjectKey(rig.cluster.namespace, "gate")
                try await rig.cluster.wait("the Gateway is programmed") {
                    let type = try #require(try await rig.cluster.discovery.type(of: Gateway.resource))
                    let status = try await rig.cluster.client.value(as: type, gate)?["status"]
                    let listener = status?.object?["listeners"]?.array?.first?.object
                    return self.conditions(status)["Programmed"] == "True"
                        && listener?["attachedRoutes"]?.integer == 1
                }
                try await rig.cluster.wait("the route is accepted") {
                    let type = try #require(try await rig.cluster.discovery.type(of: HTTPRoute.resource))
                    let key = ObjectKey(rig.cluster.namespace, "web")
                    let status = try await rig.cluster.client.value(as: type, key)?["status"]
                    let parent = status?.object?["parents"]?.array?.first
                    return self.conditions(parent)["Accepted"] == "True"
                        && self.conditions(parent)["ResolvedRefs"] == "True"
                }
            }
        }
    }

    @Test func `Exact paths, prefixes by element, headers and methods choose the backend (H-20, H-21, H-24, H-26)`()
        async throws
    {
        try await self.with { rig in
            try await TestUpstream.named("one") { one in
                try await TestUpstream.named("two") { two in
                    try await rig.makeService("one", at: one.port)
                    try await rig.makeService("two", at: two.port)
                    let host = rig.host("match")
                    try await self.makeGateway(rig, hosts: [host])
                    try await rig.cluster.apply(
                        HTTPRoute.resource,
                        """
                        metadata: {name: match}
                        spec:
                          parentRefs: [{name: gate}]
                          rules:
                          - matches: [{path: {type: Exact, value: /one}}]
                            backendRefs: [{name: one, port: 80}]
                          - matches: [{path: {type: PathPrefix, value: /v2}}, {method: POST}]
                            backendRefs: [{name: two, port: 80}]
                        """
                    )
                    try await rig.expect(host, "/one", Answer(status: 200, body: "one"), isPlain: true)
                    for path in ["/v2", "/v2/", "/v2/x"] {
                        #expect(try await rig.visit(host, path, isPlain: true).body == "two", "\(path)")
                    }
                    for path in ["/one/", "/One", "/onex", "/v2x"] {
                        #expect(try await rig.visit(host, path, isPlain: true).status == 404, "\(path)")
                    }
                    #expect(try await rig.visit(host, "/any", method: "POST", isPlain: true).body == "two")
                }
            }
        }
    }

    @Test func `A backend that is missing is told on the route, and answered with 500 (H-06, H-07)`() async throws {
        try await self.with { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                let host = rig.host("refs")
                try await self.makeGateway(rig, hosts: [host])
                try await rig.cluster.apply(
                    HTTPRoute.resource,
                    """
                    metadata: {name: refs}
                    spec:
                      parentRefs: [{name: gate}]
                      rules:
                      - matches: [{path: {type: PathPrefix, value: /good}}]
                        backendRefs: [{name: web, port: 80}]
                      - matches: [{path: {type: PathPrefix, value: /bad}}]
                        backendRefs: [{name: nothing, port: 80}]
                    """
                )
                try await rig.expect(host, "/good", Answer(status: 200, body: "web"), isPlain: true)
                #expect(try await rig.visit(host, "/bad", isPlain: true).status == 500)
                try await rig.cluster.wait("the route says so") {
                    let type = try #require(try await rig.cluster.discovery.type(of: HTTPRoute.resource))
                    let key = ObjectKey(rig.cluster.namespace, "refs")
                    let status = try await rig.cluster.client.value(as: type, key)?["status"]
                    let parent = status?.object?["parents"]?.array?.first
                    return self.conditions(parent)["ResolvedRefs"] == "False"
                        && self.conditions(parent)["Accepted"] == "True"
                }
            }
        }
    }
}

extension OperatorRig {
    fileprivate func deleteGatewayClass() async throws {
        guard let type = try await self.cluster.discovery.type(of: GatewayClass.resource) else { return }
        try await self.cluster.client.delete(type, ObjectKey("", self.className))
    }
}
