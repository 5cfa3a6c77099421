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

    package init(id: String, endpoint: String, visitor: String, start: Date, exchange: TappedExchange) {
        self.id = id
        self.endpoint = endpoint
        self.visitor = visitor
        self.start = start
        self.exchange = exchange
    }

    /// What it costs, about.
    var costBytes: Int { self.exchange.request.bytes.count + (self.exchange.response?.bytes.count ?? 0) + 512 }
}

/// The exchanges of a process that are kept, the oldest of which make room for new ones. In memory alone.
package final class ExchangeStore: Sendable {
    private struct Contents {
        /// The oldest first.
        var exchanges = Deque<CapturedExchange>()
        var bytes = 0
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
        self.contents.withLock { $0 = Contents() }
    }

    package var bytes: Int { self.contents.withLock(\.bytes) }
}
