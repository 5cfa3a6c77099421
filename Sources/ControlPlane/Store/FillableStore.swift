/// A store that can be filled at once, from a backup.
package protocol FillableStore: RecordStore {
    /// Writes all of these records, in order, into a store that has none. `StoreLimits` hold for each of them.
    ///
    /// - Throws: `.conflict` when something was written before; then, and whatever else is thrown, it stays as it was.
    func fill(_ records: [Record]) async throws(StoreError)
}
