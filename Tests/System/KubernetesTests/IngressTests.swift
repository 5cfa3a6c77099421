import Certificates
import EdgeTestSupport
import JSON
import KubernetesClient
import Operator
import TestCluster
import Testing

/// Ingresses from a real API server to visitors of a real edge; the names end with the ids of the specification's cases.
@Suite(.enabled(if: TestCluster.isThere, "there is no API server: scripts/test-kubernetes.sh starts one"))
struct IngressTests {
    private typealias Answer = OperatorRig.Answer
    private typealias Path = OperatorRig.Path

    @Test func `An Ingress of our class is served, one of another class is not (I-01)`() async throws {
        try await OperatorRig.with({ $0.translation.publishedAddresses = ["edge.example.com"] }) { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                let host = rig.host("ours")
                let other = rig.host("other")
                let paths = [Path(path: "/", type: "Prefix", service: "web")]
                try await rig.makeIngress("other", className: "somebody-elses", [(other, paths)])
                try await rig.makeIngress("ours", [(host, paths)])
                try await rig.expect(host, "/", Answer(status: 200, body: "web"))
                try await rig.cluster.wait("the status is set") {
                    try await rig.ingress("ours")?.status?.text.contains("edge.example.com") == true
                }
                #expect(try await rig.visit(other).status == 404)
                let theirs = try #require(try await rig.ingress("other"))
                #expect(theirs.metadata.finalizers.isEmpty)
                #expect(theirs.status?.text.contains("edge.example.com") != true)
                // Deleting it takes it offline, and nothing of us is left.
                let key = ObjectKey(rig.cluster.namespace, "ours")
                try await rig.cluster.client.delete(OperatorRig.ingresses, key)
                try await rig.cluster.wait("the Ingress is gone") { try await rig.ingress("ours") == nil }
                try await rig.cluster.wait("the URL is gone") { try await rig.visit(host).status == 404 }
            }
        }
    }

    @Test func `An Ingress that goes to another class is left alone, and nothing of it is served (I-02)`() async throws
    {
        try await OperatorRig.with({ $0.translation.publishedAddresses = ["edge.example.com"] }) { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                let host = rig.host("moves")
                try await rig.makeIngress("moves", [(host, [Path(path: "/", type: "Prefix", service: "web")])])
                try await rig.expect(host, "/", Answer(status: 200, body: "web"))
                try await rig.cluster.wait("the status is set") {
                    try await rig.ingress("moves")?.status?.text.contains("edge.example.com") == true
                }
                try await rig.cluster.client.mergePatch(
                    OperatorRig.ingresses,
                    ObjectKey(rig.cluster.namespace, "moves"),
                    ["spec": ["ingressClassName": "somebody-elses"]]
                )
                try await rig.cluster.wait("nothing of us is left") {
                    let found = try await rig.ingress("moves")
                    return found?.metadata.finalizers.isEmpty == true
                        && found?.status?.text.contains("edge.example.com") == false
                }
                try await rig.cluster.wait("the URL is gone") { try await rig.visit(host).status == 404 }
            }
        }
    }

    @Test func `Paths go to their Services: exact ones, and prefixes by their elements (I-03, I-04, I-05, I-06)`()
        async throws
    {
        try await OperatorRig.with { rig in
            try await TestUpstream.named("exact") { exact in
                try await TestUpstream.named("prefix") { prefix in
                    try await rig.makeService("exact", at: exact.port)
                    try await rig.makeService("prefix", at: prefix.port)
                    let host = rig.host("paths")
                    try await rig.makeIngress(
                        "paths",
                        [
                            (
                                host,
                                [
                                    Path(path: "/foo", type: "Prefix", service: "prefix"),
                                    Path(path: "/foo", type: "Exact", service: "exact"),
                                ]
                            )
                        ]
                    )
                    try await rig.expect(host, "/foo", Answer(status: 200, body: "exact"))
                    for path in ["/foo/", "/foo/x"] {
                        #expect(try await rig.visit(host, path) == Answer(status: 200, body: "prefix"), "\(path)")
                    }
                    for path in ["/FOO", "/bar", "/foobar"] {
                        #expect(try await rig.visit(host, path).status == 404, "\(path)")
                    }
                }
            }
        }
    }

    @Test func `A Service that is missing answers for its path alone, until it is there (I-13)`() async throws {
        try await OperatorRig.with { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                let host = rig.host("missing")
                try await rig.makeIngress(
                    "missing",
                    [
                        (
                            host,
                            [
                                Path(path: "/here", type: "Prefix", service: "web"),
                                Path(path: "/later", type: "Prefix", service: "later"),
                            ]
                        )
                    ]
                )
                try await rig.expect(host, "/here", Answer(status: 200, body: "web"))
                #expect(try await rig.visit(host, "/later").status == 503)
                try await TestUpstream.named("later") { later in
                    try await rig.makeService("later", at: later.port)
                    try await rig.expect(host, "/later", Answer(status: 200, body: "later"))
                }
            }
        }
    }

    @Test func `A host's own certificate is shown, and the new one when its Secret changes (I-10)`() async throws {
        try await OperatorRig.with { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                // Below its own domain, an edge shows its own certificate.
                let host = "tls-\(rig.cluster.namespace).example.test"
                let paths = [Path(path: "/", type: "Prefix", service: "web")]
                let (first, second) = (try LocalAuthority.create(), try LocalAuthority.create())
                try await rig.makeSecret("web-tls", for: host, by: first)
                try await rig.makeIngress("tls", secret: "web-tls", [(host, paths)])
                for authority in [first, second] {
                    try await rig.makeSecret("web-tls", for: host, by: authority)
                    let pem = try authority.certificatePEM
                    try await rig.cluster.wait("the Secret's certificate is shown") {
                        do {
                            return try await rig.visit(host, trusting: pem) == Answer(status: 200, body: "web")
                        } catch {
                            // The handshake fails for as long as another one is shown.
                            return false
                        }
                    }
                }
            }
        }
    }

    @Test
    func `In the verbose form a host is a cloud endpoint, which goes with its Ingress; what others made stays (I-16)`()
        async throws
    {
        try await OperatorRig.with { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                let (host, foreign) = (rig.host("verbose"), rig.host("foreign"))
                let policy =
                    #"{"on_http_request":[{"actions":[{"type":"custom-response","config":{"status_code":201}}]}]}"#
                try await rig.api.call("POST", "/reserved_domains", ["domain": .string(foreign)])
                let made = try await rig.api.call(
                    "POST",
                    "/endpoints",
                    ["url": .string("https://\(foreign)"), "traffic_policy": .string(policy), "type": "cloud"]
                )
                #expect(made.status == 201, "\(made)")
                try await rig.makeIngress(
                    "verbose",
                    annotations: ["ngrok.com/mapping-strategy": "endpoints-verbose"],
                    [(host, [Path(path: "/", type: "Prefix", service: "web")])]
                )
                try await rig.expect(host, "/", Answer(status: 200, body: "web"))
                let found = try await rig.api.call("GET", "/endpoints?type=cloud").object["endpoints"]?.array ?? []
                let urls = found.compactMap { $0.object?["url"]?.string }
                #expect(Set(urls) == ["https://\(host)", "https://\(foreign)"])
                let key = ObjectKey(rig.cluster.namespace, "verbose")
                try await rig.cluster.client.delete(OperatorRig.ingresses, key)
                try await rig.cluster.wait("the URL is gone") { try await rig.visit(host).status == 404 }
                #expect(try await rig.visit(foreign).status == 201)
            }
        }
    }

    @Test func `Of two replicas one ends: no visitor notices, and the other writes from then on (E-08, L-03)`()
        async throws
    {
        try await OperatorRig.with { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                let (host, later) = (rig.host("stays"), rig.host("later"))
                let paths = [Path(path: "/", type: "Prefix", service: "web")]
                try await rig.makeIngress("stays", [(host, paths)])
                try await rig.expect(host, "/", Answer(status: 200, body: "web"))
                _ = try rig.startReplica("second")
                try await rig.cluster.wait("both serve") {
                    let found = try await rig.api.call("GET", "/endpoints").object["endpoints"]?.array ?? []
                    return found.count { $0.object?["url"]?.string == "https://\(host)" } == 2
                }
                let visiting = Task {
                    var answers: Set<Int> = []
                    while !Task.isCancelled { answers.insert(try await rig.visit(host).status) }
                    return answers
                }
                await rig.first?.end()
                visiting.cancel()
                #expect(try await visiting.value == [200])
                // Whoever leads puts its finalizer on it.
                try await rig.makeIngress("later", [(later, [Path(path: "/", type: "Prefix", service: "web")])])
                try await rig.expect(later, "/", Answer(status: 200, body: "web"))
                try await rig.cluster.wait("the other writes") {
                    try await rig.ingress("later")?.metadata.finalizers.isEmpty == false
                }
            }
        }
    }

    @Test func `A rule that is removed is not served any more, the others as before (I-21)`() async throws {
        try await OperatorRig.with { rig in
            try await TestUpstream.named("web") { web in
                try await rig.makeService("web", at: web.port)
                let (stays, goes) = (rig.host("stays"), rig.host("goes"))
                let paths = [Path(path: "/", type: "Prefix", service: "web")]
                try await rig.makeIngress("rules", [(stays, paths), (goes, paths)])
                try await rig.expect(stays, "/", Answer(status: 200, body: "web"))
                try await rig.expect(goes, "/", Answer(status: 200, body: "web"))
                let rule: JSONValue = ["host": .string(stays), "http": ["paths": .array(paths.map(\.json))]]
                try await rig.cluster.client.mergePatch(
                    OperatorRig.ingresses,
                    ObjectKey(rig.cluster.namespace, "rules"),
                    ["spec": ["rules": [rule]]]
                )
                try await rig.cluster.wait("the URL is gone", seconds: 5) { try await rig.visit(goes).status == 404 }
                #expect(try await rig.visit(stays) == Answer(status: 200, body: "web"))
            }
        }
    }
}
