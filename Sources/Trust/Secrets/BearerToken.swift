package import Model

/// What an agent proves with who it is.
package typealias Authtoken = BearerToken<CredentialKind>

/// What someone proves with who they are: `<27>_<21>` letters and digits (`spec/api.md` 1, "Token format").
///
/// The first part names the credential and may be shown; the second is drawn from 125 random bits. Only a hash of the
/// whole is kept, so that a copy of the store lets nobody in.
package struct BearerToken<Kind: ResourceKind>: Sendable {
    private static var secretLength: Int { 21 }

    /// The credential that it claims to be.
    package let id: ResourceID<Kind>
    /// The whole token.
    package let secret: Secret

    /// What is wrong with a text that is no authtoken.
    package enum ParseError: Error, Hashable, Sendable {
        case missing
        /// Neither this form nor one that was ever used.
        case malformed
        /// One word without a hyphen or an underscore, as the first version of the reference system gave out.
        case firstVersion
    }

    /// A new one, made `time` seconds after the start of 1970.
    package static func new(at time: Int64) -> Self {
        Self.new(named: KSUID(at: time))
    }

    /// A new one of the credential that `name` names.
    package static func new(named name: KSUID) -> Self {
        var random = SystemRandom()
        let secret = Base62.random(Self.secretLength, using: &random)
        return Self(name: name, secret: Secret("\(name)_\(secret)"))
    }

    private init(name: KSUID, secret: Secret) {
        self.id = ResourceID(name)
        self.secret = secret
    }

    /// Says nothing about whether the credential exists.
    package init(parsing secret: Secret) throws(ParseError) {
        let text = secret.reveal()
        guard !text.isEmpty else { throw .missing }
        let parts = text.utf8.count > 256 ? [] : text.split(separator: "_", omittingEmptySubsequences: false)
        if parts.count == 2, let name = KSUID(parts[0]), parts[1].utf8.count == Self.secretLength,
            parts[1].utf8.allSatisfy(Base62.isDigit)
        {
            self.init(name: name, secret: secret)
            return
        }
        let isOneWord = (16...32).contains(text.utf8.count) && text.utf8.allSatisfy(Base62.isDigit)
        throw isOneWord ? .firstVersion : .malformed
    }
}

extension BearerToken<CredentialKind> {
    package var credential: ResourceID<CredentialKind> { self.id }
}
