import Foundation
package import JSON
package import KubernetesClient
import TestSupport
import Yams

extension TestCluster {
    /// Defines the kinds of the Gateway API, once for all tests of the process. They stay.
    package static func defineGatewayAPI() async throws {
        _ = try await Self.gatewayAPI.value
    }

    /// Defines our own kinds as the chart does, once for all tests of the process. They stay.
    package static func defineOwnKinds() async throws {
        _ = try await Self.ownKinds.value
    }

    private static let gatewayAPI = Task {
        let folder = try SharedMaterial.folder("conformance/gateway-api")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        let kinds = ["httproutes", "tlsroutes", "backendtlspolicies"].map {
            ResourceKind("gateway.networking.k8s.io", ["v1"], "", $0)
        }
        try await Self.define(names.sorted().map { folder.appending(path: $0) }, until: kinds)
    }

    private static let ownKinds = Task {
        let file = SharedMaterial.packageRoot.appending(path: "deploy/kubernetes/portico-operator-crds.yaml")
        let kinds = ["trafficpolicies", "cloudendpoints", "agentendpoints"].map {
            ResourceKind("ngrok.com", ["v1"], "", $0)
        }
        try await Self.define([file], until: kinds)
    }

    /// Makes the definitions of files; they are made before they are served.
    private static func define(_ files: [URL], until kinds: [ResourceKind]) async throws {
        guard let state = Self.folder else { throw TestClusterError(what: Self.missing) }
        let configuration = try Kubeconfig.load("\(state)/kubeconfig").configuration()
        let client = try ClusterClient(configuration, product: "portico-tests/1")
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            for definition in try Self.objects(in: text) {
                try await Self.define(definition, by: client)
            }
        }
        let discovery = Discovery(client, lifetime: .milliseconds(100))
        for kind in kinds {
            while try await discovery.type(of: kind) == nil { try await Task.sleep(for: .milliseconds(100)) }
        }
        await client.shutDown()
    }

    /// Older servers drop what they do not know of a definition that is made, and refuse one that is applied.
    private static func define(_ definition: JSONObject, by client: ClusterClient) async throws(ClusterError) {
        do {
            try await client.create(Self.definitions, in: "", definition)
        } catch  where error.isConflict {
            // An earlier process has defined it.
        }
    }

    private static let definitions = ResourceType(
        ResourceKind(
            "apiextensions.k8s.io",
            ["v1"],
            "CustomResourceDefinition",
            "customresourcedefinitions",
            isNamespaced: false
        ),
        version: "v1"
    )

    /// The documents of a YAML text.
    package static func objects(in text: String) throws -> [JSONObject] {
        try Yams.load_all(yaml: text).compactMap { document in
            // An empty document is no object.
            guard let document = document as? [String: Any] else { return nil }
            let bytes = try JSONSerialization.data(withJSONObject: document)
            return try KubernetesJSON(reading: bytes, limits: JSONLimits(bytes: 4 << 20)).object
        }
    }

    /// Makes the objects of a YAML text in the test's own namespace, or, with a change, makes them so.
    package func apply(_ kind: ResourceKind, _ yaml: String) async throws {
        guard let type = try await self.discovery.type(of: kind) else {
            throw TestClusterError(what: "the server has no \(kind.plural)")
        }
        for object in try Self.objects(in: yaml) {
            let name = object["metadata"]?.object?["name"]?.string ?? ""
            let key = ObjectKey(kind.isNamespaced ? self.namespace : "", name)
            try await self.client.apply(type, key, object, manager: "tests")
        }
    }
}

/// That of the product; the support for tests has one of its own.
private typealias KubernetesJSON = JSON.JSONValue
