import Testing

@testable import KubernetesClient

@Suite struct EventLedgerTests {
    private func object(_ name: String = "web", generation: Int64 = 1) -> ObjectReference {
        ObjectReference(
            group: "networking.k8s.io",
            kind: "Ingress",
            key: ObjectKey("shop", name),
            uid: "u-\(name)",
            generation: generation
        )
    }

    private func note(_ message: String = "m", generation: Int64 = 1) -> EventNote {
        EventNote(.warning, "BackendNotFound", message, on: self.object(generation: generation))
    }

    @Test func `The same note is one event, counted again after five minutes`() {
        var ledger = EventLedger()
        #expect(ledger.note(self.note(), now: .zero) == .create(number: 1))
        for second in 1..<100 { #expect(ledger.note(self.note(generation: 2), now: .seconds(second)) == .skip) }
        #expect(ledger.note(self.note(), now: .seconds(300)) == .recount(number: 1, count: 101))
    }

    @Test func `One object has 25 events at once, and another every five minutes`() {
        var ledger = EventLedger()
        let actions = (0..<30).map { ledger.note(self.note("\($0)"), now: .zero) }
        #expect(actions.count { $0 != .skip } == 25)
        #expect(ledger.note(self.note("later"), now: .seconds(299)) == .skip)
        #expect(ledger.note(self.note("later"), now: .seconds(301)) == .create(number: 26))
        #expect(ledger.note(self.note("latest"), now: .seconds(302)) == .skip)
    }

    @Test func `An event that was lost is tried again`() {
        var ledger = EventLedger()
        _ = ledger.note(self.note(), now: .zero)
        ledger.failed(self.note())
        #expect(ledger.note(self.note(), now: .seconds(1)) == .create(number: 2))
    }

    @Test func `What is remembered is bounded`() {
        var ledger = EventLedger()
        for index in 0..<(EventLedger.remembered * 2) {
            let note = EventNote(.normal, "Created", "m", on: self.object("o\(index)"))
            #expect(ledger.note(note, now: .zero) != .skip)
        }
        // The first is forgotten, the last is not.
        #expect(ledger.note(EventNote(.normal, "Created", "m", on: self.object("o0")), now: .zero) != .skip)
        let last = EventNote(.normal, "Created", "m", on: self.object("o\(EventLedger.remembered * 2 - 1)"))
        #expect(ledger.note(last, now: .zero) == .skip)
    }
}
