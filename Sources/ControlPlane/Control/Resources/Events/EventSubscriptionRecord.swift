package import Foundation
package import Model
package import Store

/// Which events of an account are sent where.
package struct EventSubscriptionRecord: ResourceDocument {
    package typealias Kind = EventSubscriptionKind
    package static let recordKind = RecordKind("event_subscription")

    package struct Source: Codable, Sendable, Hashable {
        /// `http_request_complete.v0`.
        package var type: String
        /// An expression over `ev` that is true of the events that are sent; empty for all.
        package var filter: String
        /// What events of traffic carry; empty for audit events, which are whole.
        package var fields: [String]
    }

    /// Each type once.
    package var sources: [Source]
    /// Identifiers of event destinations, each once.
    package var destinations: [String]
    package var description = ""
    package var metadata = ""
    package var created: Date
}
