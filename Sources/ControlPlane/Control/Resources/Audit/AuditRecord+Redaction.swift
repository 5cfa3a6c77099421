import JSON
import Secrets

extension AuditRecord {
    /// The members that may hold secrets and that answers show all the same.
    private static let secretMembers = ["traffic_policy"]
    private static let redacted = "[redacted] "
    private static let purpose = SealPurpose("policy in an audit event")

    /// Nobody who reads events or the database learns the text; that it changed can be seen.
    static func redacted(_ object: JSONObject, _ keys: SealingKeyring) -> JSONObject {
        var object = object
        for name in Self.secretMembers {
            guard let text = object[name]?.string, !text.isEmpty, !Self.isRedacted(text) else { continue }
            let mark = keys.mark(Array(text.utf8), for: Self.purpose)
            object.set(name, to: .string("\(Self.redacted)\(text.utf8.count) bytes, mark \(mark)"))
        }
        return object
    }

    /// A policy of this form cannot be: it is no document that the edge takes.
    private static func isRedacted(_ text: String) -> Bool { text.hasPrefix(Self.redacted) }

    fileprivate static func redacted(_ text: String?, _ keys: SealingKeyring) -> String? {
        guard let text, Self.secretMembers.contains(where: text.contains),
            let object = (try? JSONValue(reading: Array(text.utf8)))?.object
        else { return text }
        let redacted = Self.redacted(object, keys)
        return redacted == object ? text : JSONValue.object(redacted).text
    }
}

/// Nothing in an event is sealed; those of earlier versions have policies in the clear.
extension AuditRecord: SealedDocument {
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        let (before, after) = (Self.redacted(self.before, seals.keys), Self.redacted(self.after, seals.keys))
        guard before != self.before || after != self.after else { return false }
        self.before = before
        self.after = after
        return true
    }
}
