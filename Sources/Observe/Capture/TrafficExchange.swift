package import Addressing
package import Foundation
package import Model

/// A visitor's request and what became of it, as an edge saw it: what the traffic inspector keeps.
///
/// Made on an event loop of what is there already; it is masked, stored and shown elsewhere.
package struct TrafficExchange: Sendable, Equatable {
    package var facts: TrafficFacts
    /// Nil where metadata alone were captured.
    package var detail: TrafficDetail?

    package init(facts: TrafficFacts, detail: TrafficDetail? = nil) {
        self.facts = facts
        self.detail = detail
        self.facts.isFull = facts.isFull || detail != nil
    }

    /// What it takes in memory, about.
    package var costBytes: Int { 512 + (self.detail?.costBytes ?? 0) }
}

/// What is known of an exchange without its messages. By these one searches.
package struct TrafficFacts: Sendable, Equatable {
    /// Who gave the answer.
    package enum Answerer: String, Sendable, CaseIterable {
        case upstream
        case policy
        /// The edge itself, with an error.
        case edge
        /// The connection was closed, or the visitor left.
        case nobody
    }

    /// `req_…`, as error pages and upstreams are told it.
    package var id: String
    package var account: ResourceID<AccountKind>
    package var endpointID: ResourceID<EndpointKind>
    /// The URL of the endpoint.
    package var endpoint: String
    /// When the head of the request had come.
    package var time: Date
    /// From there to the end of the answer.
    package var microseconds: Int64 = 0
    package var method = ""
    /// `http` or `https`.
    package var scheme = ""
    /// With the port where that is spelt out.
    package var host = ""
    /// As received.
    package var path = ""
    /// As received, without `?`.
    package var query = ""
    package var userAgent = ""
    /// Nil where there was no answer.
    package var status: Int?
    /// Of the edge's own answer: `ERR_PORTICO_3200`; empty where it gave none.
    package var errorCode = ""
    package var client: IPAddress?
    /// Two letters (ISO 3166-1); empty where it is not known.
    package var country = ""
    /// The bodies as they passed.
    package var requestBytes = 0
    package var responseBytes = 0
    package var answerer = Answerer.nobody
    /// Whether its messages were captured, too.
    package var isFull = false
    /// The request that was sent again; empty where a visitor sent it.
    package var original = ""

    package init(
        id: String,
        account: ResourceID<AccountKind>,
        endpointID: ResourceID<EndpointKind>,
        endpoint: String,
        time: Date
    ) {
        self.id = id
        self.account = account
        self.endpointID = endpointID
        self.endpoint = endpoint
        self.time = time
    }

    /// When the head of the request had come; the start of 1970 for what no clock says.
    package var nanosecondsSince1970: Int64 {
        Int64(exactly: (self.time.timeIntervalSince1970 * 1_000_000_000).rounded()) ?? 0
    }
}

/// The messages of an exchange, and what policies did with it.
package struct TrafficDetail: Sendable, Equatable {
    package var request: CapturedMessage
    /// Nil where there was none.
    package var response: CapturedMessage?
    /// What each rule that was reached came to, in order; the first ``longestLog``.
    package var log: [PolicyLogEntry] = []
    /// Whether there was more of the log.
    package var isLogCut = false
    /// Texts that stand for secrets which policies have read. Known until the exchange is masked, and never stored.
    package var secrets: [String] = []

    package static let longestLog = 100

    package init(request: CapturedMessage, response: CapturedMessage? = nil) {
        self.request = request
        self.response = response
    }

    var costBytes: Int {
        self.request.costBytes + (self.response?.costBytes ?? 0) + self.log.reduce(0) { $0 + $1.costBytes }
    }
}
