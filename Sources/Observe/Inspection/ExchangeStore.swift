import DequeModule
package import Foundation
import Synchronization

/// An exchange that is kept to be looked at.
package struct CapturedExchange: Sendable {
    package let id: String
    /// The local name of the endpoint that it came by.
    package let endpoint: String
    /// The visitor, without port.
    package let visitor: String
    package let start: Date
    package let exchange: TappedExchange
    /// The exchange whose request was sent again; nil where a visitor sent it.
    package let original: String?

    package init(
        id: String,
        endpoint: String,
        visitor: String,
        start: Date,
        exchange: TappedExchange,
        original: String? = nil
    ) {
        self.id = id
        self.endpoint = endpoint
        self.visitor = visitor
        self.start = start
        self.exchange = exchange
        self.original = original
    }

    /// What it costs, about.
    var costBytes: Int { self.exchange.request.bytes.count + (self.exchange.response?.bytes.count ?? 0) + 512 }
}

/// The exchanges of a process that are kept, the oldest of which make room for new ones. In memory alone.
package final class ExchangeStore: Sendable {
    /// What happened to the kept exchanges, for those who watch.
    package enum Change: Sendable, Hashable {
        /// One is there, unless it has made room for others since.
        case added(id: String)
        case cleared
    }

    /// Changes that are kept for a watcher who is slow; it misses older ones.
    private static let maxChanges = 512
    /// Who may watch at a time.
    package static let maxWatchers = 32

    private struct Contents {
        /// The oldest first.
        var exchanges = Deque<CapturedExchange>()
        var bytes = 0
        var watchers: [UInt64: AsyncStream<Change>.Continuation] = [:]
        var nextWatcher: UInt64 = 0

        func tell(_ change: Change) {
            for watcher in self.watchers.values { watcher.yield(change) }
        }
    }

    package let limitBytes: Int
    private let contents = Mutex(Contents())

    /// - Parameter limitBytes: what the kept exchanges may take, about.
    package init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    package func add(_ exchange: CapturedExchange) {
        self.contents.withLock { contents in
            contents.exchanges.append(exchange)
            contents.bytes += exchange.costBytes
            while contents.bytes > self.limitBytes, let oldest = contents.exchanges.popFirst() {
                contents.bytes -= oldest.costBytes
            }
            contents.tell(.added(id: exchange.id))
        }
    }

    /// At most `limit` of them, the newest first; those of one endpoint, or of all.
    package func newest(_ limit: Int, of endpoint: String? = nil) -> [CapturedExchange] {
        self.contents.withLock { contents in
            Array(
                contents.exchanges.reversed().lazy.filter { endpoint == nil || $0.endpoint == endpoint }.prefix(limit)
            )
        }
    }

    package func exchange(_ id: String) -> CapturedExchange? {
        self.contents.withLock { contents in contents.exchanges.last { $0.id == id } }
    }

    package func clear() {
        self.contents.withLock { contents in
            contents.exchanges = Deque()
            contents.bytes = 0
            contents.tell(.cleared)
        }
    }

    /// What happens from now on, until the reader ends; nil where too many watch already.
    package func changes() -> AsyncStream<Change>? {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Change.self,
            bufferingPolicy: .bufferingNewest(Self.maxChanges)
        )
        let id: UInt64? = self.contents.withLock { contents in
            guard contents.watchers.count < Self.maxWatchers else { return nil }
            contents.nextWatcher += 1
            contents.watchers[contents.nextWatcher] = continuation
            return contents.nextWatcher
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in
            self?.contents.withLock { _ = $0.watchers.removeValue(forKey: id) }
        }
        return stream
    }

    package var count: Int { self.contents.withLock(\.exchanges.count) }

    package var bytes: Int { self.contents.withLock(\.bytes) }
}
