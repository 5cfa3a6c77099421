package import Store
internal import Testing

/// One thing that every store must do. The tests of each implementation run all of them, each on an empty store.
package struct StoreRule: Sendable, CustomTestStringConvertible {
    package let claim: String
    /// Records an issue where the store does otherwise.
    package let check: @Sendable (any RecordStore) async throws -> Void

    init(_ claim: String, _ check: @escaping @Sendable (any RecordStore) async throws -> Void) {
        self.claim = claim
        self.check = check
    }

    package var testDescription: String { self.claim }

    package static let all = Self.records + Self.commits + Self.changes + Self.limits
}
