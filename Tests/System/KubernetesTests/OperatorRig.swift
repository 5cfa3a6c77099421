import APIClient
import Certificates
import Control
import EdgeTestSupport
import Foundation
import JSON
import KubernetesClient
import Model
import NIOConcurrencyHelpers
import Operator
import Portico
import TestCluster

/// An operator between a real API server and a real edge, with services on loopback: what a test of the whole needs.
///
/// The operator has the rights that the plain manifests give it, and no others. Each has a namespace, a class and a lease of its own, and host names that begin with its namespace.
struct OperatorRig: Sendable {
    let cluster: TestCluster
    let edge: TestEdge
    let api: TestAPI
    let className: String
    let controller: String
    fileprivate let replicas = NIOLockedValueBox(Replicas())

    /// Runs `body` beside an operator. The namespace must be gone within twenty seconds afterwards, which it is not where a
    /// finalizer is left.
    static func with(
        edge: @escaping @Sendable (inout TestEdge.Setup) -> Void = { _ in },
        _ change: @escaping @Sendable (inout OperatorConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (OperatorRig) async throws -> Void
    ) async throws {
        try await TestCluster.with { cluster in
            try await TestEdge.with(edge) { edge in
                try await edge.withAPI { api in
                    let rig = OperatorRig(
                        cluster: cluster,
                        edge: edge,
                        api: api,
                        className: cluster.namespace,
                        controller: "ngrok.com/\(cluster.namespace)"
                    )
                    try await rig.run(change, body)
                }
            }
        }
    }

    private func run(
        _ change: @Sendable (inout OperatorConfiguration) -> Void,
        _ body: @escaping @Sendable (OperatorRig) async throws -> Void
    ) async throws {
        var configuration = try await self.configuration()
        change(&configuration)
        self.replicas.withLockedValue { $0.configuration = configuration }
        _ = try self.startReplica("first")
        do {
            try await self.makeClass()
            try await body(self)
            try await self.end()
        } catch {
            // The error of the test is the one to tell.
            try? await self.end()
            await self.endReplicas()
            throw error
        }
        await self.endReplicas()
    }

    // MARK: - Processes

    /// One process of the operator beside others.
    struct Replica: Sendable {
        fileprivate let running: Task<Void, any Error>

        /// Ends it as SIGTERM does.
        func end() async {
            self.running.cancel()
            // It was cancelled, which it says.
            _ = await self.running.result
        }
    }

    fileprivate struct Replicas: Sendable {
        var configuration: OperatorConfiguration?
        var running: [Replica] = []
    }

    /// The process that was there from the beginning.
    var first: Replica? { self.replicas.withLockedValue { $0.running.first } }

    /// Starts one more, which ends with the test.
    func startReplica(_ identity: String) throws -> Replica {
        guard var configuration = self.replicas.withLockedValue({ $0.configuration }) else {
            throw TestClusterError(what: "the operator is not there yet")
        }
        configuration.identity = "\(self.cluster.namespace)-\(identity)"
        let process = try OperatorProcess(configuration, logger: self.cluster.logger)
        let replica = Replica(running: Task { try await process.run() })
        self.replicas.withLockedValue { $0.running.append(replica) }
        return replica
    }

    private func endReplicas() async {
        for replica in self.replicas.withLockedValue({ $0.running }) { await replica.end() }
    }

    private func configuration() async throws -> OperatorConfiguration {
        let agent = Agent.Configuration(
            server: try ServerAddress("localhost:\(self.edge.agentPort)"),
            authtoken: self.edge.authtoken,
            trust: .pem(Array(self.edge.authorityPEM.utf8)),
            maximumLegs: 1
        )
        var configuration = OperatorConfiguration(
            cluster: try await self.cluster.operatorConfiguration(),
            namespace: TestCluster.operatorNamespace,
            identity: self.cluster.namespace,
            agent: agent
        )
        configuration.release = self.cluster.namespace
        configuration.electionID = self.cluster.namespace
        configuration.watchNamespace = self.cluster.namespace
        configuration.features.addresses = true
        configuration.translation.dialling = .addresses
        configuration.translation.ingressController = self.controller
        configuration.translation.loadBalancerClass = self.className
        let key = try await APIKeyProvisioning(store: self.edge.store).create(
            account: self.edge.account.account,
            user: self.edge.account.user
        )
        configuration.api = OperatorConfiguration.API(
            try APIAddress("http://127.0.0.1:\(self.api.port)"),
            key: key.token,
            authorities: nil
        )
        return configuration
    }

    private func makeClass() async throws {
        try await self.cluster.create(
            Self.classes,
            in: "",
            ["metadata": ["name": .string(self.className)], "spec": ["controller": .string(self.controller)]]
        )
    }

    private func end() async throws {
        try await self.cluster.client.delete(Self.namespaces, ObjectKey("", self.cluster.namespace))
        try await self.cluster.wait("the namespace is gone", seconds: 20) {
            try await self.cluster.client.value(as: Self.namespaces, ObjectKey("", self.cluster.namespace)) == nil
        }
        try await self.cluster.client.delete(Self.classes, ObjectKey("", self.className))
    }

    // MARK: - Objects

    static let classes = ResourceType(IngressClass.resource, version: "v1")
    static let ingresses = ResourceType(Ingress.resource, version: "v1")
    static let services = ResourceType(Service.resource, version: "v1")
    static let namespaces = ResourceType(Namespace.resource, version: "v1")

    /// A name below the edge's base domain that no other test has.
    func host(_ name: String) -> String { "\(name)-\(self.cluster.namespace).\(TestEdge.baseDomain)" }

    /// A Service without a selector, whose only endpoint is a port of loopback.
    func makeService(
        _ name: String,
        port: Int = 80,
        at backend: UInt16,
        spec others: JSONObject = [:]
    ) async throws {
        var spec: JSONObject = ["ports": [["name": "http", "port": .integer(Int64(port)), "protocol": "TCP"]]]
        for member in others.members { spec.set(member.key, to: member.value) }
        try await self.cluster.create(
            Self.services,
            in: self.cluster.namespace,
            ["metadata": ["name": .string(name)], "spec": .object(spec)]
        )
        let slices = try await self.cluster.discovery.type(of: EndpointSlice.resource)
        guard let slices else { throw TestClusterError(what: "the server has no EndpointSlices") }
        try await self.cluster.create(
            slices,
            in: self.cluster.namespace,
            [
                "metadata": [
                    "name": .string("\(name)-1"), "labels": ["kubernetes.io/service-name": .string(name)],
                ],
                "addressType": "IPv4",
                "endpoints": [["addresses": ["127.0.0.1"], "conditions": ["ready": true]]],
                "ports": [["name": "http", "port": .integer(Int64(backend)), "protocol": "TCP"]],
            ]
        )
    }

    /// A path of an Ingress.
    struct Path {
        let path: String
        let type: String
        let service: String
        var port: Int = 80

        var json: JSONValue {
            let backend: JSONValue = [
                "service": ["name": .string(self.service), "port": ["number": .integer(Int64(self.port))]]
            ]
            return ["path": .string(self.path), "pathType": .string(self.type), "backend": backend]
        }
    }

    func makeIngress(
        _ name: String,
        className: String? = nil,
        annotations: JSONObject = [:],
        secret: String? = nil,
        _ rules: [(host: String, paths: [Path])]
    ) async throws {
        let list = rules.map { rule -> JSONValue in
            ["host": .string(rule.host), "http": ["paths": .array(rule.paths.map(\.json))]]
        }
        var spec: JSONObject = [
            "ingressClassName": .string(className ?? self.className), "rules": .array(list),
        ]
        if let secret {
            let hosts = JSONValue.array(rules.map { .string($0.host) })
            spec.set("tls", to: [["hosts": hosts, "secretName": .string(secret)]])
        }
        try await self.cluster.create(
            Self.ingresses,
            in: self.cluster.namespace,
            ["metadata": ["name": .string(name), "annotations": .object(annotations)], "spec": .object(spec)]
        )
    }

    /// A certificate of an authority for a host, as a Secret; one that is there is replaced.
    func makeSecret(_ name: String, for host: String, by authority: LocalAuthority) async throws {
        let issued = try authority.issue(for: [host], addresses: [])
        func base64(_ text: String) -> JSONValue { .string(Data(text.utf8).base64EncodedString()) }
        try await self.cluster.client.apply(
            ResourceType(SecretObject.resource, version: "v1"),
            ObjectKey(self.cluster.namespace, name),
            [
                "metadata": ["name": .string(name)], "type": "kubernetes.io/tls",
                "data": ["tls.crt": base64(issued.certificatePEM), "tls.key": base64(issued.keyPEM.reveal())],
            ],
            manager: "tests"
        )
    }

    func ingress(_ name: String) async throws -> Ingress? {
        try await self.cluster.client.get(as: Self.ingresses, ObjectKey(self.cluster.namespace, name))
    }

    // MARK: - Visits

    struct Answer: Sendable, Equatable {
        let status: Int
        let body: String
    }

    /// One request, over HTTPS unless it is plain.
    func visit(
        _ host: String,
        _ path: String = "/",
        method: String = "GET",
        isPlain: Bool = false,
        trusting authority: String? = nil
    ) async throws -> Answer {
        let connection =
            isPlain ? try await self.edge.visit() : try await self.edge.visitSecurely(host, trusting: authority)
        try await connection.write("\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
        let text = String(decoding: try await connection.readToEnd(), as: UTF8.self)
        await connection.close()
        let status = Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0
        let body = text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        return Answer(status: status, body: body)
    }

    /// Waits until a request is answered so.
    func expect(_ host: String, _ path: String, _ answer: Answer, isPlain: Bool = false) async throws {
        var last: Answer?
        do {
            try await self.cluster.wait("\(host)\(path) answers \(answer)") {
                last = try await self.visit(host, path, isPlain: isPlain)
                return last == answer
            }
        } catch let error as TestClusterError {
            throw TestClusterError(what: "\(error); the last answer was \(last.map { "\($0)" } ?? "none")")
        }
    }
}

extension TestUpstream {
    /// A service that answers each request with its own name.
    static func named<Result>(_ name: String, _ body: (TestUpstream) async throws -> Result) async throws -> Result {
        try await Self.with(
            { connection in
                while true {
                    _ = try await connection.read(until: "\r\n\r\n")
                    try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)")
                }
            },
            body
        )
    }
}
