import Model
import Secrets

/// What a login takes along on its way to the provider and back, sealed: where it began, and in which browser
/// (`spec/traffic-policy.md` 4.13).
struct LoginState: Sendable, Hashable {
    /// How long a login may take, in seconds.
    static let lifetime: Int64 = 15 * 60
    /// The longest path with its query that a login leads back to; behind a longer one it leads to `/`.
    private static let longestPath = 2048
    private static let purpose = SealPurpose("login state")

    let account: String
    /// Scheme, host and port of the endpoint as the browser knows it: `https://app.example.com`.
    let origin: String
    /// Path and query that were asked for.
    let path: String
    let authID: String
    /// Which login it is.
    let login: String
    /// What ties it to the browser.
    let binding: String
    /// Seconds since 1970.
    let begun: Int64

    init(
        account: ResourceID<AccountKind>,
        origin: String,
        path: String,
        authID: String,
        login: String,
        binding: String,
        begun: Int64
    ) {
        self.account = account.text
        self.origin = origin
        self.path = path.utf8.count > Self.longestPath ? "/" : path
        self.authID = authID
        self.login = login
        self.binding = binding
        self.begun = begun
    }

    func sealed(with keys: SealingKeyring) -> String { SealedTexts.seal(self.texts, with: keys, for: Self.purpose) }

    /// Nil for what is none of ours.
    init?(opening text: String, with keys: SealingKeyring) {
        guard let texts = SealedTexts.open(text, with: keys, for: Self.purpose, count: Self.count) else { return nil }
        self.init(texts[...])
    }

    /// Whether it took too long, or was begun by a clock that is far ahead.
    func isOver(at now: Int64) -> Bool { now >= self.begun + Self.lifetime || self.begun > now + 60 }

    static let count = 7

    var texts: [String] {
        [self.account, self.origin, self.path, self.authID, self.login, self.binding, String(self.begun)]
    }

    init?(_ texts: ArraySlice<String>) {
        let texts = Array(texts)
        guard texts.count == Self.count, let begun = Int64(texts[6]) else { return nil }
        (self.account, self.origin, self.path) = (texts[0], texts[1], texts[2])
        (self.authID, self.login, self.binding, self.begun) = (texts[3], texts[4], texts[5], begun)
    }
}

/// What came back from the provider, handed from the host that it comes back to on to the endpoint's own, sealed. It is
/// good once.
struct LoginTicket: Sendable {
    enum Outcome: Sendable, Hashable {
        case code(String)
        /// The provider's `error` (RFC 6749 §4.1.2.1).
        case refused(String)
    }

    private static let purpose = SealPurpose("login ticket")

    let state: LoginState
    let outcome: Outcome
    /// The provider's `iss` (RFC 9207); empty where it names none.
    let issuer: String

    init(_ state: LoginState, _ outcome: Outcome, issuer: String) {
        self.state = state
        self.outcome = outcome
        self.issuer = issuer
    }

    func sealed(with keys: SealingKeyring) -> String {
        let outcome =
            switch self.outcome {
            case .code(let code): ["code", code]
            case .refused(let error): ["error", error]
            }
        return SealedTexts.seal(self.state.texts + outcome + [self.issuer], with: keys, for: Self.purpose)
    }

    /// Nil for what is none of ours.
    init?(opening text: String, with keys: SealingKeyring) {
        let count = LoginState.count + 3
        guard let texts = SealedTexts.open(text, with: keys, for: Self.purpose, count: count),
            let state = LoginState(texts.prefix(LoginState.count))
        else { return nil }
        let rest = Array(texts.dropFirst(LoginState.count))
        self.state = state
        self.outcome = rest[0] == "code" ? .code(rest[1]) : .refused(rest[1])
        self.issuer = rest[2]
    }
}
