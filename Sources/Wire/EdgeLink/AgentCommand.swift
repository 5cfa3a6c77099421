/// What an agent can be told to do as a whole (`spec/agent-protocol.md` 10).
package enum AgentCommand: String, Sendable, Hashable {
    case restart, stop
    /// To the newest version.
    case update

    /// Whether an agent that does it ends its session at once.
    package var endsSession: Bool { self != .update }
}
