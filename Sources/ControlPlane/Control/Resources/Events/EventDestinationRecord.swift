package import Foundation
package import Model
package import Store

/// Where events of an account are sent.
package struct EventDestinationRecord: ResourceDocument {
    package typealias Kind = EventDestinationKind
    package static let recordKind = RecordKind("event_destination")

    package var target: EventTarget
    package var description = ""
    package var metadata = ""
    package var created: Date
}

/// What an event destination sends to, with all that it needs for that.
package enum EventTarget: Codable, Sendable, Hashable {
    case firehose(access: CloudAccess, stream: String)
    case kinesis(access: CloudAccess, stream: String)
    case cloudWatchLogs(access: CloudAccess, group: String)
    case datadog(key: SealedText, tags: String, service: String, site: String)
    case azureLogs(AzureLogs)
    /// Files of at most so many bytes that are at most so many seconds old; 0 for what the edge thinks good.
    case bucket(access: CloudAccess, name: String, prefix: String, isCompressed: Bool, bytes: Int64, seconds: Int64)
    /// The log of the edge, a URL (empty for none), or both.
    case debug(isLogged: Bool, url: String)
    case http(HTTP)
    case otlp(OTLP)
    case syslog(Syslog)
    case kafka(Kafka)
    case file(File)

    package struct AzureLogs: Codable, Sendable, Hashable {
        package var tenant: String
        package var client: String
        package var secret: SealedText
        package var uri: String
        package var rule: String
        package var stream: String
    }
}

/// How the edge shows AWS who it is.
package enum CloudAccess: Codable, Sendable, Hashable {
    /// The ARN of a role that the edge assumes.
    case role(String)
    case key(id: String, secret: SealedText)
}
