import APITypes
import Control
import Foundation
import JSON
import Model
import Store
import Testing

@testable import APIServer

/// Kubernetes operators.
@Suite struct KubernetesOperatorTests {
    /// Made by `openssl req -new`, with a key on P-256.
    static let request = """
        -----BEGIN CERTIFICATE REQUEST-----
        MIHSMHsCAQAwGTEXMBUGA1UEAwwObmdyb2stb3BlcmF0b3IwWTATBgcqhkjOPQIB
        BggqhkjOPQMBBwNCAARbZ1DSA7u51sQxcQXWxarCIYvG9U3jvx7zC9Qtxx7N1ckK
        LVaRoafXejhjN8wJE0FuBE+zud6DTn/elYOuic1soAAwCgYIKoZIzj0EAwIDRwAw
        RAIgTX4Urq3EsfNUWRsopex7+1nSv1V3aI55k3WWUiRHtnoCIGSCbI2VzWdRELe/
        QUcVGaduJVHTDWJbU8ig5I9hA+vD
        -----END CERTIFICATE REQUEST-----
        """

    private static func body(_ more: JSONObject = [:]) -> JSONValue {
        var body: JSONObject = [
            "enabled_features": ["bindings"],
            "deployment": ["name": "portico", "namespace": "edge", "version": "1.0", "cluster_name": "c"],
        ]
        for member in more.members { body.set(member.key, to: member.value) }
        return .object(body)
    }

    @Test(
        arguments: [
            ([:], 100_618), (["enabled_features": ["x"], "deployment": ["name": "a", "namespace": "b"]], 100_618),
            (["enabled_features": []], 100_619), (["enabled_features": [], "deployment": [:]], 100_619),
            (["enabled_features": [], "deployment": ["name": "a"]], 100_619),
            (["enabled_features": [], "deployment": ["name": "a", "namespace": "b", "x": "y"]], 214),
            (Self.body(["binding": ["endpoint_selectors": ["endpoint.url =="]]]), 19_003),
            (Self.body(["binding": ["endpoint_selectors": ["true", "1"]]]), 19_003),
            (Self.body(["binding": ["endpoint_selectors": ["nope.url == ''"]]]), 19_003),
            (
                Self.body(["binding": ["endpoint_selectors": .array([JSONValue](repeating: "true", count: 101))]]),
                100_620
            ),
            (Self.body(["binding": ["csr": "x"]]), 19_001),
            (Self.body(["binding": ["csr": .string(Self.request.replacing("MI", with: "MJ"))]]), 19_001),
        ] as [(JSONValue, Int)]
    )
    func `An operator that cannot be is refused`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await api.call("POST", "/kubernetes_operators", body)
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test func `An operator says where it is and what it binds`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/kubernetes_operators", Self.body())
            #expect(made.text("region") == "global")
            #expect(made["binding"] == .null)
            #expect(made["principal"] == ["id": .string(api.first.user.text), "uri": ""])
            let path = "/kubernetes_operators/\(made.text("id"))"
            let change: JSONValue = [
                "deployment": ["version": "2.0"], "enabled_features": ["ingress", "bindings", "ingress"],
                "binding": ["endpoint_selectors": ["endpoint.url.contains('a')"], "ingress_endpoint": "b.test:443"],
            ]
            let changed = try await api.call("PATCH", path, change).object
            #expect(
                changed["deployment"] == [
                    "name": "portico", "namespace": "edge", "version": "2.0", "cluster_name": "c",
                ]
            )
            #expect(changed["enabled_features"] == ["ingress", "bindings"])
            let never: JSONValue = "0001-01-01T00:00:00Z"
            #expect(
                changed["binding"] == [
                    "endpoint_selectors": ["endpoint.url.contains('a')"],
                    "cert": ["cert": "", "not_before": never, "not_after": never], "ingress_endpoint": "b.test:443",
                ]
            )
            #expect(try await api.call("PATCH", path, ["deployment": ["namespace": "x"]]).code == 214)
            #expect(try await api.call("PATCH", path, ["binding": ["endpoint_selectors": ["("]]]).code == 19_003)
        }
    }

    @Test func `An operator binds the endpoints that its selectors are true of`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let policy: JSONValue = "on_http_request: [{actions: [{type: deny}]}]"
            func endpoint(_ url: String, _ binding: String, _ metadata: String = "") async throws -> String {
                let body: JSONValue = [
                    "url": .string(url), "bindings": [.string(binding)], "traffic_policy": policy,
                    "metadata": .string(metadata),
                ]
                return try await api.create("/endpoints", body).text("id")
            }
            let first = try await endpoint("http://a.team", "kubernetes")
            let second = try await endpoint("http://b.team", "kubernetes", "bind me")
            _ = try await endpoint("http://c.team", "kubernetes")
            _ = try await endpoint("http://a.internal", "internal")
            func bound(_ selectors: JSONValue, _ query: String = "") async throws -> JSONObject {
                let body = Self.body(["binding": ["endpoint_selectors": selectors]])
                let id = try await api.create("/kubernetes_operators", body).text("id")
                return try await api.call("GET", "/kubernetes_operators/\(id)/bound_endpoints\(query)").object
            }
            func ids(_ page: JSONObject) -> [String] {
                page["endpoints"]?.array?.compactMap { $0.object?.text("id") } ?? []
            }
            let two = try await bound(["endpoint.url.contains('a.')", "endpoint.metadata == 'bind me'"])
            #expect(ids(two).sorted() == [first, second].sorted())
            #expect(ids(try await bound(["true"])).count == 3)
            #expect(ids(try await bound([])) == [])
            #expect(ids(try await bound(["endpoint.nope == 1"])) == [])
            let page = try await bound(["true"], "?limit=1")
            #expect(ids(page).count == 1)
            #expect(page["next_page_uri"]?.string?.contains("/bound_endpoints?before_id=ep_") == true)
        }
    }

    @Test func `Operators are certified by one authority, whose key is sealed`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let body = Self.body(["binding": ["csr": .string(Self.request)]])
            let certificates = try await withThrowingTaskGroup(of: String.self) { group in
                for key in [api.key, api.key, api.foreignKey] {
                    group.addTask {
                        let made = try await api.create("/kubernetes_operators", body, key: key)
                        let certificate = made["binding"]?.object?["cert"]?.object
                        let until = try #require(Date(rfc3339: certificate?.text("not_after") ?? ""))
                        #expect(until > Date().addingTimeInterval(364 * 86_400))
                        return certificate?.text("cert") ?? ""
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(certificates.allSatisfy { $0.hasPrefix("-----BEGIN CERTIFICATE-----") })
            let authorities = try await api.store.list(.init("operator_authority"), in: .platform, .init(limit: 10))
            #expect(authorities.count == 1)
            #expect(authorities.allSatisfy { !String(decoding: $0.document, as: UTF8.self).contains("PRIVATE KEY") })
        }
    }
}
