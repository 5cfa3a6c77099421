import Foundation
package import NIOCore

/// Counts connections or exchanges: how many, how many a second, how long they last.
package struct TrafficStatistics: Sendable {
    /// The last durations that percentiles are taken of.
    package static let maxDurations = 1024
    private static let tickSeconds = 5.0

    package private(set) var total = 0
    package private(set) var open = 0
    /// Connections a second, averaged over about one, five and fifteen minutes.
    package private(set) var rate1 = 0.0
    package private(set) var rate5 = 0.0
    package private(set) var rate15 = 0.0
    private var sinceTick = 0
    private var nextTick: NIODeadline?
    private var seconds: [Double] = []
    private var nextSlot = 0

    package init() {}

    package mutating func opened(at now: NIODeadline) {
        self.advance(to: now)
        self.total += 1
        self.open += 1
        self.sinceTick += 1
    }

    package mutating func closed(after duration: TimeAmount) {
        self.open -= 1
        let value = Double(duration.nanoseconds) / 1e9
        if self.seconds.count < Self.maxDurations {
            self.seconds.append(value)
        } else {
            self.seconds[self.nextSlot] = value
            self.nextSlot = (self.nextSlot + 1) % Self.maxDurations
        }
    }

    /// Lets the averages decay; called before they are read, and at least now and then.
    package mutating func advance(to now: NIODeadline) {
        guard let due = self.nextTick else {
            self.nextTick = now + .seconds(Int64(Self.tickSeconds))
            return
        }
        guard now >= due else { return }
        let ticks = 1 + (now - due).nanoseconds / Int64(Self.tickSeconds * 1e9)
        self.nextTick = due + .nanoseconds(ticks * Int64(Self.tickSeconds * 1e9))
        self.rate1 = Self.decayed(self.rate1, count: self.sinceTick, ticks: ticks, over: 60)
        self.rate5 = Self.decayed(self.rate5, count: self.sinceTick, ticks: ticks, over: 300)
        self.rate15 = Self.decayed(self.rate15, count: self.sinceTick, ticks: ticks, over: 900)
        self.sinceTick = 0
    }

    /// The duration in seconds that this share of connections did not exceed; 0 before the first has ended.
    package func percentile(_ share: Double) -> Double {
        guard !self.seconds.isEmpty else { return 0 }
        let sorted = self.seconds.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    /// An exponential average after one tick with `count` events and the rest without any.
    private static func decayed(_ rate: Double, count: Int, ticks: Int64, over period: Double) -> Double {
        let keep = exp(-Self.tickSeconds / period)
        var rate = rate * keep + Double(count) / Self.tickSeconds * (1 - keep)
        for _ in 1..<max(1, min(ticks, 1000)) { rate *= keep }
        return ticks > 1000 ? 0 : rate
    }
}
