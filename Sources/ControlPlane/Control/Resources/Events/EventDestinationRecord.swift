package import Foundation
package import Model
package import Secrets
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

/// A text of an event destination that only the edge can read.
package struct SealedText: Codable, Sendable, Hashable {
    private var sealed: String

    private static let purpose = SealPurpose("secret of an event destination")

    init(_ text: String, _ keys: SealingKeyring) {
        self.sealed = keys.seal(Array(text.utf8), for: Self.purpose)
    }

    /// - Throws: when no key of the edge sealed it.
    package func reveal(_ keys: SealingKeyring) throws(SealError) -> Secret {
        Secret(String(decoding: try keys.open(self.sealed, for: Self.purpose), as: UTF8.self))
    }

    fileprivate mutating func reseal(_ keys: SealingKeyring) throws(SealError) -> Bool {
        guard let sealed = try keys.resealed(self.sealed, for: Self.purpose) else { return false }
        self.sealed = sealed
        return true
    }

    package init(from decoder: any Decoder) throws {
        self.sealed = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.sealed)
    }
}

extension EventDestinationRecord: SealedDocument {
    mutating func reseal(_ keys: SealingKeyring, of id: String) throws(SealError) -> Bool {
        try self.target.reseal(keys)
    }
}

extension EventTarget {
    fileprivate mutating func reseal(_ keys: SealingKeyring) throws(SealError) -> Bool {
        switch self {
        case .firehose(var access, let stream):
            guard try access.reseal(keys) else { return false }
            self = .firehose(access: access, stream: stream)
        case .kinesis(var access, let stream):
            guard try access.reseal(keys) else { return false }
            self = .kinesis(access: access, stream: stream)
        case .cloudWatchLogs(var access, let group):
            guard try access.reseal(keys) else { return false }
            self = .cloudWatchLogs(access: access, group: group)
        case .datadog(var key, let tags, let service, let site):
            guard try key.reseal(keys) else { return false }
            self = .datadog(key: key, tags: tags, service: service, site: site)
        case .azureLogs(var logs):
            guard try logs.secret.reseal(keys) else { return false }
            self = .azureLogs(logs)
        case .bucket(var access, let name, let prefix, let isCompressed, let bytes, let seconds):
            guard try access.reseal(keys) else { return false }
            self = .bucket(
                access: access,
                name: name,
                prefix: prefix,
                isCompressed: isCompressed,
                bytes: bytes,
                seconds: seconds
            )
        case .debug:
            return false
        }
        return true
    }
}

extension CloudAccess {
    fileprivate mutating func reseal(_ keys: SealingKeyring) throws(SealError) -> Bool {
        guard case .key(let id, var secret) = self, try secret.reseal(keys) else { return false }
        self = .key(id: id, secret: secret)
        return true
    }
}
