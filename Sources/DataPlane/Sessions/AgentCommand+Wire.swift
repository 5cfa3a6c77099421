import AgentProtocol
import EdgeLink
import Model

extension AgentMessage.Command {
    init(_ command: AgentCommand) {
        switch command {
        case .restart: self = .restart
        case .stop: self = .stop
        case .update: self = .update(version: "", permitMajorVersion: false)
        }
    }
}

extension Failure {
    /// Why an agent was not brought to do something, for whoever asked for it.
    init(_ error: CallError, of command: AgentCommand) {
        switch error {
        case .refused(let reason):
            self.init(.commandRefused, "The agent says: \(reason.message.prefix(500))")
        case .unsupported(let reason):
            let words = reason.map { "The agent says: \($0.prefix(500))" }
            self.init(.commandRefused, words ?? "The agent is too old for the command \(command.rawValue).")
        case .unreadable:
            self.init(.commandUnanswered, "The agent's answer cannot be read.", detail: "\(error)", cause: error)
        case .unanswered, .timedOut:
            self.init(.commandUnanswered, "The agent did not answer.", detail: "\(error)", cause: error)
        }
    }
}
