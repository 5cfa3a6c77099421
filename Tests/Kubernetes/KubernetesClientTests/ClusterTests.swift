import Foundation
import JSON
import Logging
import Model
import NIOConcurrencyHelpers
import TestCluster
import Testing

@testable import KubernetesClient

/// A kind that every server has.
struct ConfigMapProbe: KubernetesResource, Equatable {
    static let resource = ResourceKind("", ["v1"], "ConfigMap", "configmaps")

    var metadata: ObjectMetadata
    var data: [String: String]?
}

/// Against a real API server (`scripts/test-kubernetes.sh`).
@Suite(.enabled(if: TestCluster.isThere, "there is no API server: scripts/test-kubernetes.sh starts one"))
struct ClusterTests {
    private let maps = ResourceType(ConfigMapProbe.resource, version: "v1")

    private func body(_ name: String, _ value: String) -> JSONObject {
        ["metadata": ["name": .string(name)], "data": ["key": .string(value)]]
    }

    @Test func `Objects are made, read, changed by their version, applied and deleted`() async throws {
        try await TestCluster.with { cluster in
            let (client, key) = (cluster.client, ObjectKey(cluster.namespace, "m"))
            let made = try await client.create(self.maps, in: cluster.namespace, self.body("m", "1"))
            #expect(made.uid.isEmpty == false)
            let found: ConfigMapProbe? = try await client.get(as: self.maps, key)
            #expect(found?.data == ["key": "1"])
            try await client.mergePatch(self.maps, key, ["data": ["key": "2"]])
            // The version of before is not the object's any more.
            let stale: JSONObject = [
                "metadata": ["resourceVersion": .string(made.resourceVersion)], "data": ["key": "3"],
            ]
            await #expect(throws: ClusterError.self) { try await client.mergePatch(self.maps, key, stale) }
            try await client.apply(self.maps, key, self.body("m", "4"), manager: "tests")
            let applied: ConfigMapProbe? = try await client.get(as: self.maps, key)
            #expect(applied?.data == ["key": "4"])
            try await client.delete(self.maps, key, uid: "00000000-0000-0000-0000-000000000000")
            let kept: ConfigMapProbe? = try await client.get(as: self.maps, key)
            #expect(kept != nil)
            try await client.delete(self.maps, key, uid: made.uid)
            try await client.delete(self.maps, key)
            let gone: ConfigMapProbe? = try await client.get(as: self.maps, key)
            #expect(gone == nil)
        }
    }

    @Test func `What the server refuses has its status, reason and words`() async throws {
        try await TestCluster.with { cluster in
            do throws(ClusterError) {
                try await cluster.client.create(self.maps, in: cluster.namespace, self.body("Not A Name", "1"))
                Issue.record("it was taken")
            } catch {
                #expect(error.refusal?.status == 422)
                #expect(error.refusal?.reason == "Invalid")
                #expect(error.refusal?.message.contains("Not A Name") == true)
            }
            try await cluster.client.create(self.maps, in: cluster.namespace, self.body("m", "1"))
            do throws(ClusterError) {
                try await cluster.client.create(self.maps, in: cluster.namespace, self.body("m", "1"))
                Issue.record("there are two")
            } catch {
                #expect(error.isConflict)
            }
        }
    }

    @Test func `Lists go page by page, and are bounded`() async throws {
        try await TestCluster.with { cluster in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for index in 0..<70 {
                            let body = self.body("m\(worker)-\(index)", "1")
                            try await cluster.client.create(self.maps, in: cluster.namespace, body)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let scope = ObjectScope(namespace: cluster.namespace)
            let all = try await cluster.client.list(ConfigMapProbe.self, as: self.maps, in: scope, limit: 1000)
            // The controllers add one of their own at their time.
            #expect(all.objects.count { $0.metadata.name.hasPrefix("m") } == 560)
            await #expect(throws: ClusterError.tooLarge("500 objects of configmaps")) {
                try await cluster.client.list(ConfigMapProbe.self, as: self.maps, in: scope, limit: 500)
            }
        }
    }

    @Test func `An informer has what was there, what came, what changed and what went`() async throws {
        try await TestCluster.with { cluster in
            try await cluster.client.create(self.maps, in: cluster.namespace, self.body("before", "1"))
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
            var changes = signal.changes.makeAsyncIterator()
            func values() -> [String: String?] {
                Dictionary(uniqueKeysWithValues: informer.snapshot.objects.map { ($0.key.name, $0.value.data?["key"]) })
            }
            while values() != ["before": "1"] { await changes.next() }
            #expect(informer.isSettled)
            try await cluster.client.create(self.maps, in: cluster.namespace, self.body("after", "1"))
            while values() != ["before": "1", "after": "1"] { await changes.next() }
            let after = ObjectKey(cluster.namespace, "after")
            try await cluster.client.mergePatch(self.maps, after, ["data": ["key": "2"]])
            while values() != ["before": "1", "after": "2"] { await changes.next() }
            try await cluster.client.delete(self.maps, ObjectKey(cluster.namespace, "before"))
            while values() != ["after": "2"] { await changes.next() }
        }
    }

    @Test func `A kind comes and goes while it is followed (K-16)`() async throws {
        try await TestCluster.with { cluster in
            let signal = ChangeSignal()
            let informer = Informer<Gizmo>(
                cluster.client,
                Discovery(cluster.client, lifetime: .milliseconds(200)),
                in: ObjectScope(namespace: cluster.namespace),
                logger: cluster.logger,
                changed: { signal.send() }
            )
            let running = Task { await informer.run() }
            defer { running.cancel() }
            var changes = signal.changes.makeAsyncIterator()
            while informer.state != .absent { await changes.next() }
            #expect(informer.isSettled)
            try await cluster.client.create(Gizmo.definitions, in: "", Gizmo.definition)
            while informer.state != .synced { await changes.next() }
            try await cluster.client.create(
                ResourceType(Gizmo.resource, version: "v1"),
                in: cluster.namespace,
                ["metadata": ["name": "g"]]
            )
            while informer.snapshot.objects.isEmpty { await changes.next() }
            try await cluster.client.delete(Gizmo.definitions, ObjectKey("", "gizmos.gizmos.example.com"))
            while informer.state != .absent { await changes.next() }
            #expect(informer.snapshot.objects.isEmpty)
        }
    }

    @Test func `A token that the server does not know is refused, and one of no rights is forbidden`() async throws {
        try await TestCluster.with { cluster in
            let stranger = try ClusterClient(
                ClusterConfiguration(
                    server: cluster.configuration.server,
                    trust: cluster.configuration.trust,
                    credentials: .token(Secret("nobody"))
                ),
                product: "portico-tests/1"
            )
            do throws(ClusterError) {
                let _: ConfigMapProbe? = try await stranger.get(as: self.maps, ObjectKey(cluster.namespace, "m"))
                Issue.record("it was let in")
            } catch {
                #expect(error.refusal?.status == 401)
            }
            await stranger.shutDown()
        }
    }

    @Test func `A server that another authority vouches for is not asked`() async throws {
        try await TestCluster.with { cluster in
            let wary = try ClusterClient(
                ClusterConfiguration(server: cluster.configuration.server, trust: .system, credentials: .none),
                product: "portico-tests/1"
            )
            do throws(ClusterError) {
                let _: ConfigMapProbe? = try await wary.get(as: self.maps, ObjectKey(cluster.namespace, "m"))
                Issue.record("it was trusted")
            } catch {
                guard case .unreachable = error else {
                    Issue.record("\(error)")
                    return
                }
            }
            await wary.shutDown()
        }
    }

    @Test func `Of two that stand for election one leads, and the other when it gives the lease back (L-01, L-03)`()
        async throws
    {
        try await TestCluster.with { cluster in
            let signal = ChangeSignal()
            let key = ObjectKey(cluster.namespace, "leader")
            let candidates = ["a", "b"].map { name in
                LeaderElection(
                    cluster.client,
                    lease: key,
                    identity: name,
                    times: .init(lease: .seconds(15), renew: .seconds(10), retry: .milliseconds(100)),
                    logger: cluster.logger,
                    changed: { _ in signal.send() }
                )
            }
            var changes = signal.changes.makeAsyncIterator()
            let first = Task { await candidates[0].run() }
            while !candidates[0].isLeading { await changes.next() }
            let second = Task { await candidates[1].run() }
            defer { second.cancel() }
            first.cancel()
            await first.value
            #expect(!candidates[0].isLeading)
            while !candidates[1].isLeading { await changes.next() }
        }
    }

    @Test func `The same note is one event, which says how often (K-14)`() async throws {
        try await TestCluster.with { cluster in
            let made = try await cluster.client.create(self.maps, in: cluster.namespace, self.body("m", "1"))
            let recorder = EventRecorder(cluster.client, component: "tests", instance: "1", logger: cluster.logger)
            let object = ObjectReference(group: "", kind: "ConfigMap", key: made.key, uid: made.uid, generation: 0)
            for _ in 0..<100 {
                await recorder.record(EventNote(.warning, "ConfigError", "the key is wrong", on: object))
            }
            let type = ResourceType(EventProbe.resource, version: "v1")
            let scope = ObjectScope(namespace: cluster.namespace)
            let events = try await cluster.client.list(EventProbe.self, as: type, in: scope, limit: 100)
            let ours = events.objects.compactMap(\.object).filter { $0.reason == "ConfigError" }
            #expect(ours.map(\.message) == ["the key is wrong"])
        }
    }
}

/// A kind that a server has where a test defines it.
private struct Gizmo: KubernetesResource {
    static let resource = ResourceKind("gizmos.example.com", ["v2", "v1"], "Gizmo", "gizmos")

    var metadata: ObjectMetadata

    static let definitions = ResourceType(
        ResourceKind(
            "apiextensions.k8s.io",
            ["v1"],
            "CustomResourceDefinition",
            "customresourcedefinitions",
            isNamespaced: false
        ),
        version: "v1"
    )

    static let definition: JSONObject = [
        "metadata": ["name": "gizmos.gizmos.example.com"],
        "spec": [
            "group": "gizmos.example.com", "scope": "Namespaced", "names": ["plural": "gizmos", "kind": "Gizmo"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "schema": ["openAPIV3Schema": ["type": "object"]],
                ]
            ],
        ],
    ]
}

private struct EventProbe: KubernetesResource {
    static let resource = ResourceKind("", ["v1"], "Event", "events")

    var metadata: ObjectMetadata
    var reason: String?
    var message: String?
}
