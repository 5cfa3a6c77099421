internal import Crypto
package import Foundation
internal import JSON
internal import Model
package import Store

package enum AuditLinkKind: ResourceKind { package static let prefix = "al" }

/// A link of the chain of audit events: which events came, what each says, and what the link before was. Who changes,
/// removes or adds an event, or a link, must change every link behind it, and with them the chain's head, which can be
/// noted elsewhere.
package struct AuditLink: StoredDocument, Equatable {
    package typealias Kind = AuditLinkKind
    package static let recordKind = RecordKind("audit_link")

    package struct Entry: Codable, Sendable, Hashable {
        package var event: String
        /// SHA-256 of what it says, in hexadecimal digits.
        package var digest: String
    }

    /// From 1.
    package var number: Int64
    package var time: Date
    /// In the order of the store's feed.
    package var entries: [Entry]
    /// The hash of the link before; empty for the first.
    package var previous: String
    package var hash: String

    init(number: Int64, time: Date, entries: [Entry], previous: String) {
        self.number = number
        // Records keep whole seconds.
        self.time = Date(timeIntervalSince1970: time.timeIntervalSince1970.rounded(.down))
        self.entries = entries
        self.previous = previous
        self.hash = ""
        self.hash = self.computedHash
    }

    /// What the hash must be.
    var computedHash: String {
        let content: JSONValue = [
            .integer(self.number), .integer(Int64(self.time.timeIntervalSince1970)), .string(self.previous),
            .array(self.entries.map { [.string($0.event), .string($0.digest)] }),
        ]
        return Self.digest(content)
    }

    /// Later ones sort behind earlier ones.
    static func id(_ number: Int64) -> ResourceID<AuditLinkKind> {
        let digits = String(number)
        let text = "al_\(String(repeating: "0", count: max(0, 19 - digits.count)))\(digits)"
        guard let id = ResourceID<AuditLinkKind>(text) else { preconditionFailure("digits are an identifier") }
        return id
    }

    /// Of all that an event says, in a form that does not depend on how it is stored.
    static func digest(of event: Stored<AuditRecord>) -> String {
        let record = event.document
        func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
        return Self.digest([
            .string(event.id.text), text(event.owner?.text), .string(record.type),
            .integer(Int64(record.time.timeIntervalSince1970)), .string(record.principal), .string(record.subject),
            .string(record.key), .string(record.operation), .string(record.address), text(record.source),
            .string(record.object), text(record.before), text(record.after),
        ])
    }

    private static func digest(_ value: JSONValue) -> String {
        SHA256.hash(data: Array(value.text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
