package import Mux
package import NIOCore

/// What the server opens.
extension AgentServerSession {
    /// Whether a proxied stream for this bind may be opened now. After a no, `sessionMayHaveRoom` is called when it is
    /// worth asking again.
    package func canOpenProxy(bindID: String) -> Bool {
        guard self.state.phase == .active, self.connection.isOpen else { return false }
        if self.proxied.hasRoom(for: bindID, now: self.now) { return true }
        self.isRoomAwaited = true
        return false
    }

    /// Opens a stream for a public connection.
    ///
    /// - Parameters:
    ///   - header: says whose connection it is.
    ///   - first: the PROXY header if the bind wants one, and the first bytes of the connection that are there. They go
    ///     out in one frame with the preamble as far as it holds them.
    ///   - receiver: who gets the agent's bytes.
    /// - Returns: nil when `canOpenProxy` is false, or the header too long.
    package func openProxy(
        header: ProxyHeader,
        first: ByteBuffer = ByteBuffer(),
        receiver: any MuxStreamReceiver
    ) -> MuxStream? {
        guard self.canOpenProxy(bindID: header.bindID) else { return nil }
        var preamble = ByteBuffer()
        preamble.reserveCapacity(256 + first.readableBytes)
        do throws(ProxyHeaderError) {
            try header.writePreamble(into: &preamble)
        } catch {
            return nil
        }
        let length = preamble.readableBytes
        preamble.writeImmutableBuffer(first)
        guard let stream = self.connection.open(receiver: receiver, first: preamble) else { return nil }
        self.proxied.add(stream, for: header.bindID, preamble: length, now: self.now)
        return stream
    }

    /// Gives the agent a command (`spec/agent-protocol.md` 10).
    ///
    /// - Parameters:
    ///   - command: what it is to do.
    ///   - deliver: called once with the agent's answer. Agents without a handler may never answer, which is `.timedOut`.
    package func send(
        _ command: AgentMessage.Command,
        deliver: @escaping (Result<AgentMessage.Done, CallError>) -> Void
    ) {
        if let refusal = self.reasonAgainst(command) { return deliver(.failure(refusal)) }
        let request = OutgoingCalls.Request(
            type: command.streamType,
            json: command.json,
            patience: self.configuration.commandPatience,
            farewell: .seconds(1)
        ) { deliver($0.answer()) }
        self.commands.start(request, on: self.connection)
    }

    /// Tells the agent that it has lost an endpoint, which the server has taken offline before. Nothing is answered.
    package func stopTunnel(_ stop: AgentMessage.StopTunnel) {
        guard self.connection.isOpen else { return }
        let request = OutgoingCalls.Request(
            type: .stopTunnel,
            json: stop.json,
            patience: .seconds(1),
            farewell: .seconds(1)
        ) { _ in }
        self.commands.start(request, on: self.connection)
    }

    /// Why the agent does not take the command; nil where it said that it does.
    package func reasonAgainst(_ command: AgentMessage.Command) -> CallError? {
        guard let agent = self.agent, self.connection.isOpen else { return .unanswered }
        let support =
            switch command {
            case .restart: agent.restart
            case .stop: agent.stop
            case .update: agent.update
            }
        switch support {
        case .supported: return nil
        case .unknown: return .unsupported(reason: nil)
        case .unsupported(let reason): return .unsupported(reason: reason)
        }
    }
}
