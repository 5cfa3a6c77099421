import Foundation
import NIOCore
import TestSupport
import Testing

@testable import PolicyEngine

@Suite struct RateLimiterTests {
    private func second(_ seconds: Double) -> NIODeadline {
        .uptimeNanoseconds(UInt64(seconds * 1_000_000_000))
    }

    @Test func `As many as the capacity are admitted in a window, and the answer says when there is room again`() {
        let limiter = RateLimiter(capacity: 2, window: .seconds(60))
        let key = RateLimiter.Key(["a"])
        #expect(limiter.admit(key, at: self.second(101)) == .admitted)
        #expect(limiter.admit(key, at: self.second(125)) == .admitted)
        #expect(limiter.admit(key, at: self.second(125.5)) == .limited(retryAfterSeconds: 35))
        #expect(limiter.admit(RateLimiter.Key(["b"]), at: self.second(125.5)) == .admitted)
        // The sub-counter of 100 to 110 leaves the window at 160.
        #expect(limiter.admit(key, at: self.second(159.9)) == .limited(retryAfterSeconds: 1))
        #expect(limiter.admit(key, at: self.second(160)) == .admitted)
        #expect(limiter.admit(key, at: self.second(161)) == .limited(retryAfterSeconds: 19))
    }

    @Test func `Components are told apart by where they end`() {
        #expect(RateLimiter.Key(["a", "bc"]) != RateLimiter.Key(["ab", "c"]))
        #expect(RateLimiter.Key(["é"]) != RateLimiter.Key(["e\u{301}"]))
        #expect(RateLimiter.Key(["a"]) == RateLimiter.Key(["a"]))
    }

    /// What the limiter must be the same as: every admitted request remembered, sub-counters by rule.
    private struct Model {
        let capacity: Int
        let windowLength: Int
        var admitted: [String: [Int]] = [:]

        mutating func admit(_ key: String, in slot: Int) -> Bool {
            let inWindow = (self.admitted[key] ?? []).filter { $0 > slot - self.windowLength }
            guard inWindow.count < self.capacity else { return false }
            self.admitted[key] = inWindow + [slot]
            return true
        }
    }

    @Test(arguments: UInt64(0)..<100)
    func `It decides as the definition does`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let windowLength = Int.random(in: 6...20, using: &random)
        let capacity = Int.random(in: 1...12, using: &random)
        let limiter = RateLimiter(capacity: UInt32(capacity), window: .seconds(Int64(windowLength) * 10))
        var model = Model(capacity: capacity, windowLength: windowLength)
        var now: UInt64 = UInt64.random(in: 0..<1_000_000_000_000, using: &random)
        for _ in 0..<500 {
            now += UInt64.random(in: 0..<9_000_000_000, using: &random)
            let key = ["a", "b", "c"].randomElement(using: &random) ?? "a"
            let isAdmitted = limiter.admit(RateLimiter.Key([key]), at: .uptimeNanoseconds(now)) == .admitted
            #expect(isAdmitted == model.admit(key, in: Int(now / RateLimiter.resolution)))
        }
    }

    @Test func `It is exact when many ask at once`() async {
        let limiter = RateLimiter(capacity: 10_000, window: .seconds(60))
        let keys = (0..<4).map { RateLimiter.Key(["\($0)"]) }
        let now = self.second(1000)
        let admitted = await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var counts = [0, 0, 0, 0]
                    for index in 0..<20_000 where limiter.admit(keys[index % 4], at: now) == .admitted {
                        counts[index % 4] += 1
                    }
                    return counts
                }
            }
            return await group.reduce(into: [0, 0, 0, 0]) { sum, counts in
                for index in 0..<4 { sum[index] += counts[index] }
            }
        }
        #expect(admitted == [10_000, 10_000, 10_000, 10_000])
    }

    @Test func `Beyond its keys it admits uncounted, and forgets keys that were idle for a window`() {
        let limiter = RateLimiter(capacity: 1, window: .seconds(60), bounds: .init(keys: 1600, counters: 1600))
        let now = self.second(1000)
        let decisions = (0..<10_000).map { limiter.admit(RateLimiter.Key(["\($0)"]), at: now) }
        #expect(limiter.keyCount == 1600)
        #expect(decisions.count { $0 == .admitted } == 1600)
        #expect(decisions.count { $0 == .uncounted } == 8400)
        #expect(limiter.admit(RateLimiter.Key(["0"]), at: now) == .limited(retryAfterSeconds: 60))
        #expect(limiter.admit(RateLimiter.Key(["9999"]), at: self.second(1060)) == .admitted)
        for part in 0..<1000 { _ = limiter.admit(RateLimiter.Key(["new \(part)"]), at: self.second(1061)) }
        #expect(limiter.keyCount == 1001)
    }

    @Test func `A million keys take less than 192 MB`() throws {
        let before = try Self.residentBytes()
        let limiter = RateLimiter(capacity: 10, window: .seconds(60))
        for key in 0..<1_100_000 { _ = limiter.admit(RateLimiter.Key(["\(key)"]), at: self.second(1000)) }
        let growth = try Self.residentBytes() - before
        #expect(limiter.keyCount <= 1_000_000 && limiter.keyCount > 950_000)
        #expect(growth < 192 << 20, "\(growth >> 20) MB")
    }

    /// Of the whole process: other tests that run beside this one count too, so the bound is not a tight one.
    private static func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(pages.dropFirst().first.flatMap { Int($0) }) * 4096
    }
}
