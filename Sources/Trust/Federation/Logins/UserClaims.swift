package import JSON

/// What a provider tells of a user, whatever it calls it.
package struct UserClaims: Sendable, Hashable {
    /// The largest document that is read, in bytes.
    package static let maximumBytes = 64 << 10
    /// Texts are cut here, in bytes.
    private static let longest = 512

    /// What the provider calls the user for ever.
    package var subject: String
    package var username = ""
    package var email = ""
    /// Whether there is an address that the provider says is not proven to be the user's. It is left out.
    package var hasUnverifiedEmail = false
    package var name = ""

    package init(subject: String) {
        self.subject = subject
    }

    /// Where a provider keeps each of these: names of members, the first that is there counts.
    package struct Names: Sendable, Hashable {
        package var subject = ["sub"]
        package var username = ["preferred_username", "nickname"]
        package var email = ["email"]
        package var name = ["name"]
        /// A list whose only element has all of them; nil where the document itself has.
        package var list: String?

        /// Those of OpenID Connect (Core 1.0 §5.1).
        package static let standard = Names()

        package init(
            subject: [String] = ["sub"],
            username: [String] = ["preferred_username", "nickname"],
            email: [String] = ["email"],
            name: [String] = ["name"],
            list: String? = nil
        ) {
            self.subject = subject
            self.username = username
            self.email = email
            self.name = name
            self.list = list
        }
    }

    /// Reads a document of the provider's API; nil where it does not say who the user is.
    package init?(reading bytes: some Collection<UInt8>, _ names: Names) {
        let limits = JSONLimits(depth: 16, bytes: Self.maximumBytes)
        guard var document = (try? JSONValue(reading: bytes, limits: limits))?.object else { return nil }
        if let list = names.list {
            guard let only = document.exactly(list)?.array?.first?.object else { return nil }
            document = only
        }
        self.init(document, names)
    }

    package init?(_ claims: JSONObject, _ names: Names = .standard) {
        func text(_ names: [String]) -> String { Self.raw(names, in: claims).map(Self.printable) ?? "" }
        let subject = text(names.subject)
        // As it is or not at all: one that was cut could be another user's (OpenID Connect Core 1.0 §2).
        guard (1...255).contains(subject.utf8.count), subject == Self.raw(names.subject, in: claims) else { return nil }
        self.subject = subject
        self.username = text(names.username)
        self.name = text(names.name)
        let verified = claims.exactly("email_verified")
        let isUnverified = verified == .bool(false) || verified?.string == "false"
        let email = text(names.email)
        self.email = isUnverified ? "" : email
        self.hasUnverifiedEmail = isUnverified && !email.isEmpty
    }

    private static func raw(_ names: [String], in claims: JSONObject) -> String? {
        for name in names {
            switch claims.exactly(name) {
            case .string(let text)? where !text.isEmpty: return text
            case .integer(let number)?: return String(number)
            default: continue
            }
        }
        return nil
    }

    /// The same with what `other`, of the same user, knows beside it.
    package func completed(by other: UserClaims) -> UserClaims {
        var all = self
        if all.username.isEmpty { all.username = other.username }
        if all.name.isEmpty { all.name = other.name }
        if all.email.isEmpty, !all.hasUnverifiedEmail {
            all.email = other.email
            all.hasUnverifiedEmail = other.hasUnverifiedEmail
        }
        return all
    }

    /// The address that counts in GitHub's list of them: the first one, proven to be the user's. Empty where there is none.
    package static func provenEmail(reading bytes: some Collection<UInt8>) -> String {
        let limits = JSONLimits(depth: 16, bytes: Self.maximumBytes)
        let entries = (try? JSONValue(reading: bytes, limits: limits))?.array?.compactMap(\.object) ?? []
        let proven = entries.filter { $0.exactly("verified")?.bool == true }
        let chosen = proven.first { $0.exactly("primary")?.bool == true } ?? proven.first
        return chosen?.exactly("email")?.string.map(Self.printable) ?? ""
    }

    /// Whether the address has the form of one: something, an at sign, a name of a host.
    package var hasEmailForm: Bool {
        let parts = self.email.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !self.email.utf8.contains(UInt8(ascii: " "))
    }

    /// Without what moves a cursor or ends a line, and no longer than is kept: it goes into header fields and pages.
    private static func printable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            result.unicodeScalars.append(isControl ? " " : scalar)
            if result.utf8.count > Self.longest {
                result.unicodeScalars.removeLast()
                break
            }
        }
        return result
    }
}
