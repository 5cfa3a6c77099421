package import EdgeLink
package import Model
import NIOCore
import Proxy
import Sessions

extension Edge {
    /// How long what is under way may keep an agent from being told to go.
    private static let departurePatience = TimeAmount.seconds(10)

    package func replay(_ order: ReplayOrder) async throws(Failure) -> ReplayAnswer {
        guard !self.isStopped, !self.isDraining, let loop = self.loops.randomElement() else {
            throw Failure(.replayNotPossible, "The edge is ending.")
        }
        do {
            return try await loop.eventLoop.flatSubmit { loop.value.proxy.replay(order) }.get()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.replayFailed, "The request could not be sent.", detail: "\(error)", cause: error)
        }
    }

    package func command(
        _ command: AgentCommand,
        on connection: ConnectionID,
        sparing legs: [ConnectionID]
    ) async throws(Failure) {
        guard let agent = self.directory.connection(connection) else {
            throw Failure(.sessionLost, "The agent is not connected any more.")
        }
        do {
            if command.endsSession {
                // Nobody waits for the end of anything where the agent does not go anyway.
                try await agent.eventLoop.submit { try agent.value.checkSupport(of: command) }.get()
                let ends = legs.compactMap(self.directory.connection).map { leg in
                    leg.eventLoop.flatSubmit { leg.value.quiet(within: Self.departurePatience) }
                }
                try await EventLoopFuture.andAllComplete(ends, on: agent.eventLoop).get()
            }
            try await agent.eventLoop.flatSubmit { agent.value.command(command) }.get()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.commandUnanswered, "The agent could not be asked.", detail: "\(error)", cause: error)
        }
    }
}
