package import Foundation
package import Model

/// What sort of thing a record describes: `credential`, `account` ...
package struct RecordKind: Sendable, Hashable, CustomStringConvertible {
    package let name: String

    package init(_ name: String) {
        self.name = name
    }

    package var description: String { self.name }
}

/// A point in the history of a store. Each write has its own, greater than all before it.
package struct Revision: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let number: Int64

    package init(_ number: Int64) {
        self.number = number
    }

    /// Before the first write.
    package static let zero = Revision(0)

    package static func < (left: Revision, right: Revision) -> Bool { left.number < right.number }

    package var description: String { String(self.number) }
}

/// One thing that is stored, as a whole: a document with what a store must know about it.
package struct Record: Sendable, Hashable {
    package let kind: RecordKind
    /// Unique among the records of its kind; newer ones sort after older ones.
    package let id: String
    /// The account that it belongs to, for ever; nil when it belongs to the platform.
    package let owner: ResourceID<AccountKind>?
    /// When it was last written. In a record that is to be written: the revision that it must still have;
    /// zero when it must not be there yet.
    package let revision: Revision
    /// JSON.
    package var document: Data
    /// Names with values that no other record of this kind has under the same name.
    package var uniqueKeys: [String: String]

    package init(
        kind: RecordKind,
        id: String,
        owner: ResourceID<AccountKind>?,
        revision: Revision = .zero,
        document: Data,
        uniqueKeys: [String: String] = [:]
    ) {
        self.kind = kind
        self.id = id
        self.owner = owner
        self.revision = revision
        self.document = document
        self.uniqueKeys = uniqueKeys
    }
}

/// Whose records a caller may see and touch. Others are not found.
package enum Scope: Sendable, Hashable {
    /// All, also those that belong to no account: for the platform's own work.
    case platform
    case account(ResourceID<AccountKind>)
}

/// Which part of a list: the newest first.
package struct Page: Sendable, Hashable {
    package static let limits = 1...1000

    /// Only records older than this one; nil to begin with the newest.
    package let before: String?
    package let limit: Int

    /// A limit out of 1 to 1,000 is taken as the nearest in it.
    package init(before: String? = nil, limit: Int = 100) {
        self.before = before
        self.limit = min(max(limit, Self.limits.lowerBound), Self.limits.upperBound)
    }

    /// `before` as a text without NUL: what sorts before one with a NUL does not sort after the text up to it.
    package var bound: (id: String, isIncluded: Bool)? {
        guard let before = self.before else { return nil }
        guard let zero = before.utf8.firstIndex(of: 0) else { return (before, false) }
        return (String(before[..<zero]), true)
    }
}
