/// What happened to an object, for those who look at it.
package struct EventNote: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    package let object: ObjectReference
    package let kind: Kind
    /// One word.
    package let reason: String
    package let message: String

    package init(_ kind: Kind, _ reason: String, _ message: String, on object: ObjectReference) {
        self.kind = kind
        self.object = object
        self.reason = reason
        // The server takes a kilobyte.
        self.message = message.utf8.count <= 1000 ? message : String(message.prefix(330))
    }
}
