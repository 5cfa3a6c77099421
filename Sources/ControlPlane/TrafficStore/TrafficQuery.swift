package import Addressing
package import Capture
package import Foundation
package import Model

/// What is looked for among the captured exchanges of an account.
package struct TrafficQuery: Sendable {
    package static let mostResults = 1000

    package let account: ResourceID<AccountKind>
    /// Only what came before this exchange, by its identifier; nil to begin with the newest.
    package var before: String?
    /// Only what came after this one, or all where that is gone; the oldest come first then.
    package var after: String?
    package var isOldestFirst = false
    package var limit = 100
    package var endpointID: ResourceID<EndpointKind>?
    /// The URL of the endpoint.
    package var endpoint: String?
    /// The time when requests began.
    package var from: Date?
    package var to: Date?
    /// 404 alone, or 400 to 499.
    package var status: ClosedRange<Int>?
    package var client: IPPrefix?
    /// In capitals.
    package var method: String?
    /// A part of the path.
    package var path: String?
    package var host: String?
    /// `ERR_PORTICO_3200`.
    package var errorCode: String?
    package var filter: TrafficFilter?
    /// Whether only exchanges with messages are wanted.
    package var isFullOnly = false

    package init(_ account: ResourceID<AccountKind>) {
        self.account = account
    }
}

/// Exchanges that were found, in the order that was asked for.
package struct TrafficPage: Sendable {
    package let exchanges: [TrafficFacts]
    /// Before which exchange the next page begins; nil where this was the last. A page may be short and not the last:
    /// a search looks at so many exchanges and no more.
    package let next: String?

    package init(exchanges: [TrafficFacts], next: String?) {
        self.exchanges = exchanges
        self.next = next
    }
}

/// The same with messages.
package struct TrafficBatch: Sendable {
    package let exchanges: [TrafficExchange]
    package let next: String?
}
