package import EdgeLink
package import Model
package import NIOCore
package import Proxy
package import Sessions

extension SSHConnection: SessionConnection {
    package func openStream(
        _ request: AgentStreamRequest,
        receiver: any UpstreamTransportReceiver,
        returnsCreditByHand: Bool
    ) -> (any RelayableTransport)? {
        guard !self.isEnded, self.phase == .binding || self.phase == .serving else { return nil }
        return SSHStream(self, request, receiver, returnsCreditByHand: returnsCreditByHand)
    }

    package func goAway() {
        guard !self.isAway, self.phase != .loggingIn else { return self.close() }
        self.finish(Failure(.sessionDraining, "The edge is shutting down."))
        self.flush()
    }

    package func close() {
        self.channel?.close(promise: nil)
    }

    package func end(because failure: Failure?) -> EventLoopFuture<Void> {
        let promise = self.proxyLoop.eventLoop.makePromise(of: Void.self)
        if self.isEnded || self.isAway || self.phase == .loggingIn {
            // Whoever is just being let in finds no session.
            self.channel?.close(promise: nil)
            promise.succeed(())
            return promise.futureResult
        }
        if let failure { self.finish(failure) } else { self.finish(status: 0) }
        // Its visitors have gone already.
        promise.succeed(())
        return promise.futureResult
    }

    package func stopEndpoint(bindID: String, because failure: Failure) {
        guard bindID == self.bindID, !self.isAway else { return }
        self.finish(failure)
    }

    package func quiet(within patience: TimeAmount) -> EventLoopFuture<Void> {
        let promise = self.proxyLoop.eventLoop.makePromise(of: Void.self)
        guard !self.isEnded, !self.streams.isEmpty else {
            promise.succeed()
            return promise.futureResult
        }
        if self.quietPromises.isEmpty {
            let bound = NIOLoopBound(self, eventLoop: self.proxyLoop.eventLoop)
            self.proxyLoop.eventLoop.scheduleTask(in: patience) { bound.value.becameQuiet() }
        }
        self.quietPromises.append(promise)
        return promise.futureResult
    }

    func becameQuiet() {
        let promises = self.quietPromises
        self.quietPromises = []
        for promise in promises { promise.succeed() }
    }

    package func checkSupport(of command: AgentCommand) throws {
        switch command {
        case .stop: break
        case .restart: throw Failure(.sshRestart, "The session is one over SSH.")
        case .update: throw Failure(.sshUpdate, "The session is one over SSH.")
        }
    }

    package func command(_ command: AgentCommand) -> EventLoopFuture<Void> {
        let eventLoop = self.proxyLoop.eventLoop
        do {
            try self.checkSupport(of: command)
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
        self.screen?.show("The session was stopped.\n")
        self.finish(status: 0)
        return eventLoop.makeSucceededVoidFuture()
    }
}
