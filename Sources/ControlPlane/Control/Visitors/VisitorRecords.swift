import Foundation
import Model
import Secrets
import Store

extension ApplicationUserRecord {
    /// What the provider says of the user now.
    mutating func take(_ user: VisitorSession.User) {
        self.providerName = user.providerName
        self.username = user.username
        self.email = user.email
        self.name = user.name
    }
}

extension ApplicationSessionRecord {
    init(_ session: VisitorSession, _ keys: SealingKeyring) {
        self.init(
            user: session.user.id,
            endpoint: session.endpoint,
            url: session.url,
            browser: session.browser,
            address: session.address,
            location: session.location,
            at: session.created,
            expires: session.expires
        )
        self.lastActive = session.lastActive
        self.seal(session.state, of: session.id, keys)
    }

    /// What was sealed for one session does not open in another.
    private static func purpose(_ id: String) -> SealPurpose { SealPurpose("state of session \(id)") }

    mutating func seal(_ state: Secret, of id: ResourceID<ApplicationSessionKind>, _ keys: SealingKeyring) {
        self.sealedFor = id.text
        self.sealed = keys.seal(Array(state.reveal().utf8), for: Self.purpose(id.text))
    }

    /// Nil where there is none, or no key opens it.
    func state(of id: ResourceID<ApplicationSessionKind>, _ keys: SealingKeyring) -> Secret? {
        guard let sealed = self.sealed, let bytes = try? keys.open(sealed, for: Self.purpose(id.text)) else {
            return nil
        }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }
}

extension ApplicationSessionRecord: SealedDocument {
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        guard let old = self.sealed,
            let sealed = try seals.keys.resealed(old, for: Self.purpose(seals.id))
        else { return false }
        self.sealed = sealed
        return true
    }
}

extension VisitorSession {
    init?(
        _ stored: Stored<ApplicationSessionRecord>,
        of user: Stored<ApplicationUserRecord>,
        in account: ResourceID<AccountKind>,
        _ keys: SealingKeyring
    ) {
        guard let state = stored.document.state(of: stored.id, keys) else { return nil }
        let (session, known) = (stored.document, user.document)
        self.init(
            id: stored.id,
            account: account,
            user: User(
                id: user.id,
                providerName: known.providerName,
                providerURL: known.providerURL,
                subject: known.subject,
                username: known.username,
                email: known.email,
                name: known.name
            ),
            endpoint: session.endpoint,
            url: session.url,
            browser: session.browser,
            address: session.address,
            location: session.location,
            created: session.created,
            lastActive: session.lastActive,
            expires: session.expires,
            state: state
        )
    }
}
