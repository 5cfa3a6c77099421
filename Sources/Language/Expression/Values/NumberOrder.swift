/// Comparing numbers of different types by what they are, not by what they would be once converted: beyond 2^53 not every
/// integer is a double.
enum NumberOrder {
    private static let twoTo63 = 0x1p63
    private static let twoTo64 = 0x1p64

    static func compare(_ left: Int64, _ right: UInt64) -> ValueOrder {
        guard left >= 0 else { return .before }
        return ValueOrder(UInt64(left), right)
    }

    /// Nil where the double is not a number.
    static func compare(_ left: Int64, _ right: Double) -> ValueOrder? {
        if right.isNaN { return nil }
        if right >= self.twoTo63 { return .before }
        if right < -self.twoTo63 { return .behind }
        let whole = Int64(right)
        guard left == whole else { return ValueOrder(left, whole) }
        return ValueOrder(Double(whole), right)
    }

    /// Nil where the double is not a number.
    static func compare(_ left: UInt64, _ right: Double) -> ValueOrder? {
        if right.isNaN { return nil }
        if right >= self.twoTo64 { return .before }
        if right < 0 { return .behind }
        let whole = UInt64(right)
        guard left == whole else { return ValueOrder(left, whole) }
        return ValueOrder(Double(whole), right)
    }

    // What `<` and its kin ask. The largest int and the largest uint stand to 2^63 and 2^64, doubles that no integer of
    // theirs equals, as if they were the same: the published cases of the language demand it
    // (docs/decisions/0143-the-largest-integers.md). `==` knows them apart.

    static func rank(_ left: Int64, _ right: Double) -> ValueOrder? {
        left == .max && right == self.twoTo63 ? .same : self.compare(left, right)
    }

    static func rank(_ left: UInt64, _ right: Double) -> ValueOrder? {
        left == .max && right == self.twoTo64 ? .same : self.compare(left, right)
    }
}
