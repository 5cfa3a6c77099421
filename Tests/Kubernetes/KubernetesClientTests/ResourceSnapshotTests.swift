import Testing

@testable import KubernetesClient

@Suite struct ResourceSnapshotTests {
    private func probe(_ name: String, size: Int = 1) -> Probe {
        Probe(metadata: ObjectMetadata(name: name, namespace: "n"), spec: .init(size: size))
    }

    private func broken(_ name: String) -> ReadObject<Probe> {
        .bad(ObjectMetadata(name: name, namespace: "n"), reason: "spec.size: no number")
    }

    @Test func `One that breaks keeps its last good state, and says what is wrong`() {
        var snapshot = ResourceSnapshot<Probe>()
        snapshot.replaceAll([.good(self.probe("a")), .good(self.probe("b"))])
        snapshot.put(self.broken("a"))
        #expect(snapshot.objects[ObjectKey("n", "a")] == self.probe("a"))
        #expect(snapshot.broken[ObjectKey("n", "a")]?.reason == "spec.size: no number")
        #expect(snapshot.objects[ObjectKey("n", "b")] == self.probe("b"))
        snapshot.put(.good(self.probe("a", size: 2)))
        #expect(snapshot.broken.isEmpty)
    }

    @Test func `A new list forgets what is not in it, and keeps the good state of what broke`() {
        var snapshot = ResourceSnapshot<Probe>()
        snapshot.replaceAll([.good(self.probe("a")), .good(self.probe("b"))])
        snapshot.replaceAll([self.broken("a"), self.broken("c")])
        #expect(snapshot.objects.keys.map(\.name) == ["a"])
        #expect(snapshot.broken.keys.map(\.name).sorted() == ["a", "c"])
        #expect(snapshot.count == 2)
        snapshot.remove(ObjectKey("n", "a"))
        snapshot.remove(ObjectKey("n", "c"))
        #expect(snapshot.count == 0)
    }
}
