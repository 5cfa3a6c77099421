import Testing

@testable import KubernetesClient

@Suite struct BackoffTests {
    @Test func `Each failure doubles the wait, up to the longest`() {
        var backoff = Backoff(first: .milliseconds(200), longest: .seconds(1))
        let waits = (0..<5).map { _ in backoff.next(chance: 1) }
        #expect(waits == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .seconds(1), .seconds(1)])
    }

    @Test func `Chance spreads a wait over its upper half`() {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(1))
        #expect(backoff.next(chance: 0) == .milliseconds(500))
        #expect(backoff.next(chance: 0.5) == .milliseconds(750))
        #expect(backoff.next(chance: 7) == .seconds(1))
    }

    @Test func `What went well begins anew, and no number of failures overflows`() {
        var backoff = Backoff(first: .milliseconds(1), longest: .seconds(1000))
        for _ in 0..<1000 { _ = backoff.next(chance: 1) }
        #expect(backoff.next(chance: 1) == .seconds(1000))
        backoff.reset()
        #expect(backoff.next(chance: 1) == .milliseconds(1))
    }
}
