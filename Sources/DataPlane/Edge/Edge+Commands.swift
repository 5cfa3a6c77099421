package import EdgeLink
package import Model
import NIOCore
import Sessions

extension Edge {
    package func command(_ command: AgentCommand, on connection: ConnectionID) async throws(Failure) {
        guard let agent = self.directory.connection(connection) else {
            throw Failure(.sessionLost, "The agent is not connected any more.")
        }
        do {
            try await agent.eventLoop.flatSubmit { agent.value.command(command) }.get()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.commandUnanswered, "The agent could not be asked.", detail: "\(error)", cause: error)
        }
    }
}
