/// What an agent can be told to do as a whole (`spec/agent-protocol.md` 10).
package enum AgentCommand: String, Sendable, Hashable {
    case restart, stop
    /// To the newest version.
    case update
}
