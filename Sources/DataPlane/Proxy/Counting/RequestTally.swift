/// Requests counted by method and status: of one endpoint on one event loop, and touched on that alone.
final class RequestTally {
    /// Requests of one method that were answered with one status.
    struct Entry: Sendable, Equatable {
        let method: Method
        /// 0 where the visitor left before there was one.
        let status: UInt16
        var count: Int
    }

    /// Statuses are an upstream's own choice: those beyond so many, with their methods, are counted as one.
    private static let limit = 48

    private(set) var entries: [Entry] = []
    private(set) var uncounted = 0

    /// Most endpoints have one or two that make nearly all: those stand in front.
    func note(_ method: Method, status: Int) {
        let status = UInt16(clamping: status)
        for index in self.entries.indices
        where self.entries[index].status == status && self.entries[index].method == method {
            self.entries[index].count += 1
            return
        }
        if self.entries.count < Self.limit {
            self.entries.append(Entry(method: method, status: status, count: 1))
        } else {
            self.uncounted += 1
        }
    }
}
