import EdgeLink
import Logging
import Model
import NIOCore
import Proxy

/// What the client asks for, and is told.
extension SSHConnection {
    func handle(_ event: SSHWire.Event) {
        switch event {
        case .loggedIn(let result):
            self.loggedIn(result)
        case .forward(let forward):
            self.forward = forward
            self.perform(self.setup.forwardAsked(forward))
        case .forwardRepeated:
            self.perform(self.setup.forwardRepeated())
        case .session(let channel):
            channel.owner = self
        case .terminal(let channel):
            if self.screen == nil { self.screen = SSHScreen(channel, isTerminal: true) }
        case .command(let channel, let text):
            self.command(text, on: channel)
        }
    }

    func loggedIn(_ result: Result<SSHLogin.Session, Failure>) {
        self.leaveLogin()
        self.phase = .settingUp
        self.setDeadline(self.gateway.configuration.setupMilliseconds) { connection in
            connection.perform(connection.setup.timePassed())
        }
        switch result {
        case .success(let session): self.session = session
        case .failure(let failure): self.perform(self.setup.refused(failure))
        }
    }

    func leaveLogin() {
        guard self.isLoggingIn else { return }
        self.isLoggingIn = false
        self.whenLoggedIn()
    }

    func command(_ text: String?, on channel: SSHChannel) {
        if let screen = self.screen, screen.channel !== channel || screen.hasCommand {
            // Another session over this connection, as of a client that shares it.
            let other = SSHScreen(channel, isTerminal: false)
            other.end(Failure(.sshMultiplexed, "This SSH connection has a session already."))
            return
        }
        let screen = self.screen ?? SSHScreen(channel, isTerminal: false)
        screen.hasCommand = true
        self.screen = screen
        self.perform(self.setup.commandGiven(text))
    }

    func perform(_ action: SSHSetup.Action) {
        guard self.phase == .settingUp || self.phase == .binding || self.phase == .serving else { return }
        switch action {
        case .wait: break
        case .fail(let failure): self.finish(failure)
        case .help(let text):
            self.screen?.show(text)
            self.finish(status: 0)
        case .bind(let command, let forward):
            self.clearDeadline()
            do throws(Failure) {
                self.bind(try command.bind(forward))
            } catch {
                self.finish(error)
            }
        }
    }

    func bind(_ request: BindRequest) {
        self.phase = .binding
        let bound = NIOLoopBound(self, eventLoop: self.proxyLoop.eventLoop)
        let eventLoop = self.proxyLoop.eventLoop
        Task { [control = self.gateway.control, id = self.id] in
            let result: Result<BindGrant, Failure>
            do throws(Failure) {
                result = .success(try await control.bind(request, on: id))
            } catch {
                result = .failure(error)
            }
            eventLoop.execute { bound.value.boundTo(result) }
        }
    }

    func boundTo(_ result: Result<BindGrant, Failure>) {
        guard self.phase == .binding, !self.isEnded else { return }
        switch result {
        case .failure(let failure):
            self.finish(failure)
        case .success(let grant):
            self.phase = .serving
            self.bindID = grant.bindID
            self.screen?.serve(grant.url, self.session?.grant)
            let early = self.early
            self.early = []
            for stream in early { self.start(stream) }
            self.logger.info("ssh endpoint online", metadata: ["endpoint.url": "\(grant.url)"])
        }
        self.settle()
    }

    /// Tells the user why it is over, and ends.
    func finish(_ failure: Failure) {
        let hadScreen = self.screen != nil
        self.screen?.end(failure)
        self.finish(status: 1, farewell: hadScreen ? nil : failure.terminalText)
    }

    func finish(status: Int, farewell: String? = nil) {
        guard self.phase != .ending, !self.isEnded else { return }
        self.phase = .ending
        self.clearDeadline()
        self.cutStreams()
        self.screen?.close(status: status)
        if let farewell {
            self.wire?.end(farewell)
        } else {
            self.setDeadline(self.gateway.configuration.farewellMilliseconds) { connection in
                connection.wire?.end("The session has ended.")
                connection.flush()
            }
        }
        self.flushSoon()
    }

    func cutStreams() {
        let streams = Array(self.streams.values) + self.early
        self.early = []
        for stream in streams {
            let channel = stream.channel
            stream.sessionEnded()
            self.ended(stream, channel)
        }
    }
}

extension SSHConnection: SSHChannelOwner {
    /// Something came in from the user's terminal.
    func channelTouched(_ channel: SSHChannel) {
        let bytes = channel.takeReceived()
        guard let screen = self.screen, screen.channel === channel else {
            // A session that was not the one.
            if channel.isClosedByPeer { self.wire?.free(channel) }
            return
        }
        if channel.isClosedByPeer, self.phase != .ending {
            self.finish(status: 0)
        } else if screen.isTerminal, bytes?.readableBytesView.contains(SSHScreen.interrupt) ?? false {
            self.finish(status: 0)
        }
    }
}
