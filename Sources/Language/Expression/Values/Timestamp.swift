/// A moment with the precision of a nanosecond, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
package struct Timestamp: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// `0..<1_000_000_000`, counted forward also before 1970.
    package let nanoseconds: Int32

    package static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Nil outside of the range of years 1 to 9999, or with nanoseconds that are none.
    package init?(seconds: Int64, nanoseconds: Int32) {
        guard Self.secondsRange.contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else {
            return nil
        }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The moment so many nanoseconds after 1970-01-01T00:00:00Z: whatever 64 bits can count is in the range.
    package init(nanosecondsSince1970 count: Int64) {
        let nanoseconds = count % 1_000_000_000
        self.seconds = count / 1_000_000_000 - (nanoseconds < 0 ? 1 : 0)
        self.nanoseconds = Int32(nanoseconds < 0 ? nanoseconds + 1_000_000_000 : nanoseconds)
    }

    /// 1970-01-01T00:00:00Z.
    package static let epoch = Timestamp(nanosecondsSince1970: 0)
}

/// A signed length of time in nanoseconds: about 292 years either way.
package struct TimeSpan: Sendable, Hashable, Comparable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
