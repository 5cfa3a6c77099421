package import Model
package import Secrets

/// A text of an event destination that only the edge can read.
package struct SealedText: Codable, Sendable, Hashable {
    private var sealed: String

    /// Which of a target's secrets it is: one does not open in the place of another.
    package enum Member: Sendable {
        /// The only one that the target has, or the one by which it knows the edge.
        case own
        /// The value of a header.
        case header(String)

        fileprivate var name: String {
            switch self {
            case .own: "target.secret"
            case .header(let name): "target.headers.\(name)"
            }
        }
    }

    private static let unbound = SealPurpose("secret of an event destination")

    /// Seals for the destination that `seals` is of.
    init(_ text: String, _ seals: RecordSeals, as member: Member = .own) {
        self.sealed = seals.seal(Secret(text), as: member.name)
    }

    /// - Throws: when no key of the edge sealed it, or it is another secret.
    package func reveal(_ seals: RecordSeals, as member: Member = .own) throws(SealError) -> Secret {
        try seals.open(self.sealed, as: member.name)
    }

    mutating func reseal(_ seals: RecordSeals, as member: Member = .own) throws(SealError) -> Bool {
        guard let sealed = try seals.resealed(self.sealed, as: member.name, unbound: Self.unbound) else {
            return false
        }
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
