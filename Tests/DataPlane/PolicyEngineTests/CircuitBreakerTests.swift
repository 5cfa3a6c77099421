import Testing

@testable import PolicyEngine

@Suite struct CircuitBreakerTests {
    private static let second: UInt64 = 1_000_000_000

    private func breaker(threshold: Double = 0.5, volume: Int = 4) -> CircuitBreaker {
        CircuitBreaker(
            .init(
                errorThreshold: threshold,
                volumeThreshold: volume,
                window: 10 * Self.second,
                trippedTime: 5 * Self.second
            )
        )
    }

    private func run(_ outcomes: [CircuitBreaker.Outcome], on breaker: inout CircuitBreaker, at now: UInt64) {
        for outcome in outcomes { breaker.record(outcome, of: breaker.admit(at: now), at: now) }
    }

    @Test func `It trips when enough exchanges have enough errors, not before`() {
        var breaker = self.breaker()
        let now = 100 * Self.second
        self.run([.failure, .failure, .failure], on: &breaker, at: now)
        #expect(breaker.admit(at: now) == .allowed)
        breaker.record(.success, of: .allowed, at: now)
        #expect(breaker.admit(at: now) == .blocked)
    }

    @Test func `Errors that have left the window don't count`() {
        var breaker = self.breaker()
        self.run([.failure, .failure, .failure], on: &breaker, at: 100 * Self.second)
        self.run([.success], on: &breaker, at: 109 * Self.second)
        var tripped = breaker
        #expect(tripped.admit(at: 109 * Self.second) == .blocked)
        breaker = self.breaker()
        self.run([.failure, .failure, .failure], on: &breaker, at: 100 * Self.second)
        self.run([.success, .failure, .success, .success], on: &breaker, at: 110 * Self.second)
        #expect(breaker.admit(at: 110 * Self.second) == .allowed)
    }

    @Test func `A threshold of zero trips after a success`() {
        var breaker = self.breaker(threshold: 0, volume: 1)
        self.run([.success], on: &breaker, at: Self.second)
        #expect(breaker.admit(at: Self.second) == .blocked)
    }

    @Test func `After its time one probe is let through, and its outcome decides`() {
        var breaker = self.breaker(volume: 1)
        self.run([.failure], on: &breaker, at: 100 * Self.second)
        #expect(breaker.admit(at: 104 * Self.second) == .blocked)
        #expect(breaker.admit(at: 105 * Self.second) == .probe)
        #expect(breaker.admit(at: 106 * Self.second) == .blocked)
        breaker.record(.failure, of: .probe, at: 107 * Self.second)
        #expect(breaker.admit(at: 111 * Self.second) == .blocked)
        #expect(breaker.admit(at: 112 * Self.second) == .probe)
        breaker.record(.success, of: .probe, at: 112 * Self.second)
        #expect(breaker.admit(at: 112 * Self.second) == .allowed)
    }

    @Test func `A probe whose visitor went away is followed by another at once`() {
        var breaker = self.breaker(volume: 1)
        self.run([.failure], on: &breaker, at: 100 * Self.second)
        #expect(breaker.admit(at: 105 * Self.second) == .probe)
        breaker.record(.unknown, of: .probe, at: 106 * Self.second)
        #expect(breaker.admit(at: 106 * Self.second) == .probe)
    }

    @Test func `What was admitted before it tripped says nothing about a probe`() {
        var breaker = self.breaker(volume: 2)
        let early = breaker.admit(at: 100 * Self.second)
        self.run([.failure, .failure], on: &breaker, at: 100 * Self.second)
        #expect(breaker.admit(at: 105 * Self.second) == .probe)
        breaker.record(.success, of: early, at: 105 * Self.second)
        #expect(breaker.admit(at: 105 * Self.second) == .blocked)
    }
}
