import Model
import NIOConcurrencyHelpers

/// The token to ask with; one from a file is read again once a minute, and whenever the server refused it.
final class BearerTokens: Sendable {
    private struct Held {
        let token: Secret
        let readAt: ContinuousClock.Instant
    }

    static let lifetime = Duration.seconds(60)

    private let file: String
    private let held = NIOLockedValueBox<Held?>(nil)

    init(file: String) {
        self.file = file
    }

    func token(now: ContinuousClock.Instant = .now) throws(ClusterConfigurationError) -> Secret {
        if let held = self.held.withLockedValue({ $0 }), now - held.readAt < Self.lifetime { return held.token }
        let text = try SmallFile.text(at: self.file)
        let token = Secret(String(text.filter { !$0.isWhitespace }))
        self.held.withLockedValue { $0 = Held(token: token, readAt: now) }
        return token
    }

    /// The server refused what was given last.
    func forget() { self.held.withLockedValue { $0 = nil } }
}
