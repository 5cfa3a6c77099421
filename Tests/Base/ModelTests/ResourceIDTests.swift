import Model
import TestSupport
import Testing

@Suite struct ResourceIDTests {
    @Test(arguments: UInt64(0)..<50) func `A random identifier is one of its kind, and of no other`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let id = ResourceID<EndpointKind>.random(using: &random)
        #expect(id.text.hasPrefix("ep_"))
        #expect(id.text.utf8.count == 3 + 27)
        #expect(ResourceID<EndpointKind>(id.text) == id)
        #expect(ResourceID<SessionKind>(id.text) == nil)
    }

    @Test func `Two random identifiers differ`() {
        #expect(ResourceID<SessionKind>.random() != ResourceID<SessionKind>.random())
    }

    @Test(arguments: ["", "ep", "ep_", "ts_1", "ep_a b", "ep_a/b", "ep_ä", "ep_" + String(repeating: "a", count: 62)])
    func `Text of another form is no identifier`(text: String) {
        #expect(ResourceID<EndpointKind>(text) == nil)
    }
}
