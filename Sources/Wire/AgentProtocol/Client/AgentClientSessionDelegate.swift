package import Mux

/// Whom an agent's session tells what the server wants. Called on the session's event loop; a reply is answered there
/// too, at once or later.
package protocol AgentClientSessionDelegate: AnyObject {
    /// A public connection has come for a bind.
    ///
    /// - Returns: who gets its bytes, which come right afterwards; nil when the bind is unknown: the stream is then
    ///   ended without a byte, and the server takes the endpoint for gone.
    func session(
        _ session: AgentClientSession,
        accepted header: ProxyHeader,
        on stream: MuxStream
    ) -> (any MuxStreamReceiver)?

    /// The server wants the agent to stop, restart or update. A success is answered before it is carried out.
    func session(
        _ session: AgentClientSession,
        received command: AgentMessage.Command,
        reply: CallReply<AgentMessage.Done>
    )

    /// The server has taken an endpoint from this agent. It isn't to be bound again.
    func session(_ session: AgentClientSession, lost stop: AgentMessage.StopTunnel)

    /// The session is over. Called once, after all streams and calls have ended.
    func session(_ session: AgentClientSession, ended how: AgentSessionEnd)
}
