import Testing

@testable import KubernetesClient

@Suite struct PathTests {
    private let ingress = ResourceType(ResourceKind("networking.k8s.io", ["v1"], "Ingress", "ingresses"), version: "v1")
    private let service = ResourceType(ResourceKind("", ["v1"], "Service", "services"), version: "v1")
    private let node = ResourceType(ResourceKind("", ["v1"], "Node", "nodes", isNamespaced: false), version: "v1")

    @Test func `Paths follow group, version, namespace and name`() {
        #expect(self.ingress.path(in: "") == "/apis/networking.k8s.io/v1/ingresses")
        #expect(self.ingress.path(in: "a") == "/apis/networking.k8s.io/v1/namespaces/a/ingresses")
        let status = "/apis/networking.k8s.io/v1/namespaces/a/ingresses/b/status"
        #expect(self.ingress.path(of: ObjectKey("a", "b"), .status) == status)
        #expect(self.service.path(of: ObjectKey("a", "b")) == "/api/v1/namespaces/a/services/b")
        #expect(self.node.path(of: ObjectKey("", "n")) == "/api/v1/nodes/n")
    }

    @Test func `No name leads out of its path`() {
        let path = self.service.path(of: ObjectKey("a/../b", "x?y#z"))
        #expect(path == "/api/v1/namespaces/a%2F..%2Fb/services/x%3Fy%23z")
    }

    @Test func `Queries are escaped`() {
        let request = ClusterRequest(.get, "/p", query: [("labelSelector", "a=b,c"), ("watch", "1")])
        #expect(request.target == "/p?labelSelector=a%3Db%2Cc&watch=1")
    }
}
