/// A field of a head, as an event has it.
package struct RecordedField: Sendable, Equatable {
    /// As it came.
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// What stands in the place of a secret.
    package static let hidden = "[redacted]"

    /// Whether its value lets whoever reads it act as somebody else: that is in no event.
    package var isSecret: Bool {
        let name = self.name.lowercased()
        return SecretNames.standardOnly.hides(name) || Self.parts.contains { name.contains($0) }
    }

    private static let parts = ["token", "secret", "password", "session-id", "credential", "signature"]

    /// `Content-Type`: each word begins with a capital letter.
    package var canonicalName: String {
        self.name.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
            .joined(separator: "-")
    }
}
