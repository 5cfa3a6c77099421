import Foundation
import Model
import Secrets

/// What an agent carries from one connection of its session to the next, sealed: proof that the session was given to
/// this account (`spec/agent-protocol.md` 13.4).
struct SessionCookie: Codable, Equatable {
    let clientID: String
    let session: String
    let account: String
    /// Seconds since 1970.
    let issued: Int64

    private static let purpose = SealPurpose("session cookie")

    func sealed(with keys: SealingKeyring) -> String {
        keys.sealDocument(self, for: Self.purpose)
    }

    /// - Returns: nil when `text` is no cookie of ours: the agent gets a new session then, never an error.
    init?(opening text: String, with keys: SealingKeyring) {
        guard let cookie = keys.openDocument(Self.self, text, for: Self.purpose) else { return nil }
        self = cookie
    }

    init(clientID: String, session: ResourceID<SessionKind>, account: ResourceID<AccountKind>, issued: Int64) {
        self.clientID = clientID
        self.session = session.text
        self.account = account.text
        self.issued = issued
    }

    /// The session to go on with; nil when the cookie is for another client or account, or too old.
    func session(
        of clientID: String,
        account: ResourceID<AccountKind>,
        at now: Int64,
        lifetime: Duration
    ) -> ResourceID<SessionKind>? {
        guard self.clientID == clientID, self.account == account.text, now - self.issued < lifetime.components.seconds
        else { return nil }
        return ResourceID(self.session)
    }
}

extension SealingKeyring {
    func sealDocument(_ document: some Encodable, for purpose: SealPurpose) -> String {
        guard let json = try? JSONEncoder().encode(document) else {
            preconditionFailure("a document of texts and numbers is JSON")
        }
        return self.seal(Array(json), for: purpose)
    }

    /// - Returns: nil when `text` is too long, does not open, or holds another document.
    func openDocument<Document: Decodable>(
        _ type: Document.Type,
        _ text: String,
        for purpose: SealPurpose
    ) -> Document? {
        // The reason is of no use: what an agent brings back and does not open is as good as nothing.
        guard text.utf8.count <= 4096, let json = try? self.open(text, for: purpose) else { return nil }
        return try? JSONDecoder().decode(type, from: Data(json))
    }
}
