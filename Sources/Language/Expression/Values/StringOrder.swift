import Glibc

/// Comparing strings by their UTF-8, which is the order of code points and the equality that the language means: Swift's
/// own `==` takes canonically equivalent texts for the same.
package enum StringOrder {
    package static func areEqual(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return self.withBytes(of: left) { left in
            self.withBytes(of: right) { right in
                guard let left = left.baseAddress, let other = right.baseAddress else { return true }
                return memcmp(left, other, right.count) == 0
            }
        }
    }

    /// Where the left one stands.
    package static func compare(_ left: String, _ right: String) -> ValueOrder {
        self.withBytes(of: left) { left in
            self.withBytes(of: right) { right in
                ValueOrder(ofBytes: left, and: right)
            }
        }
    }

    /// Calls with the text's UTF-8, which is not copied where Swift holds it in one piece, as it does on Linux.
    @inline(__always)
    static func withBytes<Result>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = text.utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(text.utf8).withUnsafeBufferPointer(body)
    }
}

/// Where a value stands to another.
package enum ValueOrder: Sendable, Hashable {
    case before
    case same
    case behind

    init<Number: Comparable>(_ left: Number, _ right: Number) {
        self = left < right ? .before : left == right ? .same : .behind
    }

    init(ofBytes left: UnsafeBufferPointer<UInt8>, and right: UnsafeBufferPointer<UInt8>) {
        let shared = min(left.count, right.count)
        let first = left.baseAddress.flatMap { left in
            right.baseAddress.map { right in Int(memcmp(left, right, shared)) }
        }
        let difference = first ?? 0
        self.init(difference == 0 ? left.count - right.count : difference, 0)
    }

    var reversed: ValueOrder {
        switch self {
        case .before: .behind
        case .same: .same
        case .behind: .before
        }
    }
}
