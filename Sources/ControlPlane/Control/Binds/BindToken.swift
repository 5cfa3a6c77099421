import Addressing
import Foundation
import Model
import Secrets

/// What an agent carries to the rebind of an endpoint, sealed: proof that its account had this URL
/// (`spec/agent-protocol.md` 13.3). It is how a random address survives a reconnect.
struct BindToken: Codable, Equatable {
    let account: String
    let url: String
    /// Seconds since 1970.
    let issued: Int64

    private static let purpose = SealPurpose("bind token")

    init(account: ResourceID<AccountKind>, url: EndpointURL, issued: Int64) {
        self.account = account.text
        self.url = url.description
        self.issued = issued
    }

    func sealed(with keys: SealingKeyring) -> String {
        keys.sealDocument(self, for: Self.purpose)
    }

    /// - Returns: nil when `text` is no token of ours.
    init?(opening text: String, with keys: SealingKeyring) {
        guard let token = keys.openDocument(Self.self, text, for: Self.purpose) else { return nil }
        self = token
    }

    /// The URL to come back to; nil when the token is another account's or too old, or its URL is none that this edge
    /// serves any more.
    func url(
        for account: ResourceID<AccountKind>,
        at now: Int64,
        lifetime: Duration,
        ports: PublicPorts
    ) -> EndpointURL? {
        guard self.account == account.text, now - self.issued < lifetime.components.seconds else { return nil }
        return try? EndpointURL(parsing: self.url, ports: ports)
    }
}
