package import Mux

/// Whom a session asks, and tells what happens. Called on the session's event loop; a reply is answered there too, at
/// once or later.
package protocol AgentServerSessionDelegate: AnyObject {
    func session(
        _ session: AgentServerSession,
        authenticate request: AgentMessage.Auth,
        reply: CallReply<AgentMessage.AuthAnswer>
    )

    func session(
        _ session: AgentServerSession,
        bind request: AgentMessage.Bind,
        reply: CallReply<AgentMessage.BindAnswer>
    )

    /// The endpoint is offline when this is answered. Some agents ask several times for one bind.
    func session(
        _ session: AgentServerSession,
        unbind request: AgentMessage.Unbind,
        reply: CallReply<AgentMessage.UnbindAnswer>
    )

    func session(
        _ session: AgentServerSession,
        startTunnelWithLabel request: AgentMessage.StartTunnelWithLabel,
        reply: CallReply<AgentMessage.LabelAnswer>
    )

    func session(
        _ session: AgentServerSession,
        patch request: AgentMessage.PatchTunnelState,
        reply: CallReply<AgentMessage.Done>
    )

    /// A proxied stream has been open for 5 s without any sign of the agent, which is gone or wedged: abort the stream
    /// and serve its visitor in another way (`spec/agent-protocol.md` 11.1). Told once for each stream.
    func session(_ session: AgentServerSession, agentIgnores stream: MuxStream)

    /// After `canOpenProxy` said no: it is worth asking again.
    func sessionMayHaveRoom(_ session: AgentServerSession)

    /// The session is over. Called once, after all streams have ended.
    func session(_ session: AgentServerSession, ended how: AgentSessionEnd)
}
