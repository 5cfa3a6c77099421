package import EdgeLink
package import Model
package import NIOCore
package import Proxy

/// A connection that serves endpoints from outside: of an agent, or of `ssh -R` in its place. Lives on the event loop
/// that accepted it, where it is a port for visitors; other loops reach it through their relays.
package protocol SessionConnection: AgentPort {
    var id: ConnectionID { get }

    /// A stream that is announced with its first flush; nil when the connection is over.
    ///
    /// Where `returnsCreditByHand`, `returnCredit` says what has been taken, rather than the return from
    /// `transportReceived`.
    func openStream(
        _ request: AgentStreamRequest,
        receiver: any UpstreamTransportReceiver,
        returnsCreditByHand: Bool
    ) -> (any RelayableTransport)?

    func tick(now: NIODeadline)

    /// Ends the connection in good order; who is behind it connects anew, here or elsewhere.
    func goAway()

    /// Closes the connection without a word.
    func close()

    /// Ends the connection.
    ///
    /// - Returns: when it is gone and its streams have ended.
    func end(because failure: Failure?) -> EventLoopFuture<Void>

    func stopEndpoint(bindID: String, because failure: Failure)

    /// - Returns: when no stream is open, the connection is over, or `patience` has passed.
    func quiet(within patience: TimeAmount) -> EventLoopFuture<Void>

    /// - Throws: `Failure` where it is known that the command is not taken.
    func checkSupport(of command: AgentCommand) throws

    /// Gives a command.
    ///
    /// - Returns: when it was said that it will be done; fails with a `Failure` when it was not.
    func command(_ command: AgentCommand) -> EventLoopFuture<Void>
}

extension SessionConnection {
    package var isOnThisLoop: Bool { true }

    package func open(
        _ request: AgentStreamRequest,
        receiver: any UpstreamTransportReceiver
    ) -> (any UpstreamTransport)? {
        self.openStream(request, receiver: receiver, returnsCreditByHand: false)
    }
}

/// A stream whose visitor may live on another event loop.
package protocol RelayableTransport: UpstreamTransport {
    /// The receiver's consumer has taken so many bytes; only where credit is returned by hand.
    func returnCredit(_ count: Int)
}
