package import NIOCore
package import PolicyEngine

/// Answers the handshakes of connections whose policies say how TLS ends. One for each event loop.
package protocol TLSTerminator: AnyObject {
    /// Puts what answers the handshake into the pipeline of its connection. The ClientHello has not passed it yet.
    ///
    /// Where the handshake fails the connection is closed. `whenEnded` is called once, on the event loop.
    func answer(_ handshake: PolicyHandshake, whenEnded: @escaping (Result<EndedHandshake, any Error>) -> Void)
}

/// A handshake that is to be answered as a policy says.
package struct PolicyHandshake {
    package let channel: any Channel
    package let settings: TLSTermination
    /// The name that the visitor asked for.
    package let serverName: String?
    /// Whether HTTP is spoken over it.
    package let isHTTP: Bool
    /// The handler that gets what comes out of it; nil where there is none yet.
    package let receiver: (any ChannelHandler)?

    package init(
        _ channel: any Channel,
        as settings: TLSTermination,
        serverName: String?,
        isHTTP: Bool,
        receiver: (any ChannelHandler)? = nil
    ) {
        self.channel = channel
        self.settings = settings
        self.serverName = serverName
        self.isHTTP = isHTTP
        self.receiver = receiver
    }
}

/// What came of a handshake.
package struct EndedHandshake {
    /// Without what the ClientHello said.
    package let facts: TLSFacts
    /// What the policy's owner should know of it.
    package let warnings: [String]

    package init(facts: TLSFacts, warnings: [String]) {
        self.facts = facts
        self.warnings = warnings
    }
}

extension TLSFacts {
    /// What the handshake has agreed on, beside what the ClientHello said.
    package func joining(_ handshake: TLSFacts) -> TLSFacts {
        var facts = handshake
        facts.serverName = self.serverName
        facts.ja4Fingerprint = self.ja4Fingerprint
        return facts
    }
}
