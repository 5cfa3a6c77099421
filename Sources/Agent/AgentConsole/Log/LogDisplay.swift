package import AgentRuntime
package import Inspection
package import NIOCore
package import Portico

/// Tells of the agent in log lines. Messages and keys are those that wrappers of the reference system's agent look
/// for (`spec/agent.md` 6).
package struct LogDisplay: AgentDisplay {
    private let log: AgentLog

    package init(_ log: AgentLog) {
        self.log = log
    }

    package var watchesExchanges: Bool { false }

    package func endpointStarted(_ endpoint: Endpoint, name: String) {
        self.log.write(
            .info,
            "started tunnel",
            [
                .init("obj", "tunnels"), .init("name", name), .init("addr", endpoint.upstream.map(Self.address)),
                .init("url", endpoint.url),
            ]
        )
    }

    package func endpointClosed(_ endpoint: Endpoint, name: String) {
        self.log.write(
            .info,
            "stopped tunnel",
            [.init("obj", "tunnels"), .init("name", name), .init("url", endpoint.url)]
        )
    }

    package func configurationRead(_ files: ConfigurationLocation) {
        if !files.isExplicit {
            self.log.write(.info, "no configuration paths supplied")
            self.log.write(
                .info,
                "using configuration at default config path",
                [.init("path", files.target)]
            )
        }
        for path in files.paths where files.isExplicit || files.isThere(path) {
            self.log.write(.info, "open config file", [.init("path", path), .init("err", nil)])
        }
    }

    package func webServiceStarted(at address: String, hosts: [String]) {
        self.log.write(
            .info,
            "starting web service",
            [
                .init("obj", "web"), .init("addr", address),
                .init("allow_hosts", "[\(hosts.joined(separator: " "))]"),
            ]
        )
    }

    package func webCallBegan(_ call: WebCall) {
        self.log.write(.info, "start", [.init("pg", call.path), .init("id", call.id)])
    }

    package func webCallEnded(_ call: WebCall, status: Int, after duration: Duration) {
        self.log.write(
            .info,
            "end",
            [
                .init("pg", call.path), .init("id", call.id), .init("status", "\(status)"),
                .init("dur", "\(Self.milliseconds(duration))ms"),
            ]
        )
    }

    package func happened(_ event: Agent.Event, details: Agent.SessionDetails?) {
        switch event {
        case .statusChanged(.online):
            self.log.write(.info, "client session established", [.init("obj", "tunnels.session")])
            self.log.write(.info, "tunnel session started", [.init("obj", "tunnels.session")])
        case .statusChanged(.reconnecting(let error)):
            self.log.write(.error, "session closed, starting reconnect loop", [.init("err", error.description)])
        case .statusChanged:
            return
        case .connectFailed(let error):
            self.log.write(
                .error,
                "failed to reconnect session",
                [.init("obj", "tunnels.session"), .init("err", error.description)]
            )
        case .sessionMoved(let error):
            self.log.write(
                .warn,
                "session moved to a new connection",
                [.init("obj", "tunnels.session"), .init("err", error.description)]
            )
        case .reconnectScheduled(let delay):
            self.log.write(.debug, "sleep before reconnect", [.init("secs", Self.seconds(delay))])
        case .latencyMeasured(let latency):
            self.log.write(.debug, "heartbeat received", [.init("latency_ms", Self.milliseconds(latency))])
        case .commandReceived(.stop):
            self.log.write(.info, "received stop request", [.init("obj", "app"), .init("stopReq", "{}")])
        case .commandReceived(let command):
            self.log.write(.info, "received command", [.init("obj", "app"), .init("command", "\(command.kind)")])
        case .endpointStopped(_, let error):
            self.log.write(
                .warn,
                "tunnel stopped by server",
                [.init("obj", "tunnels"), .init("err", error.description)]
            )
        case .endpointFailed(_, let error):
            self.log.write(
                .error,
                "failed to rebind tunnel",
                [.init("obj", "tunnels"), .init("err", error.description)]
            )
        case .endpointStalled(_, let error):
            self.log.write(
                .warn,
                "no data flows to upstream",
                [.init("obj", "tunnels"), .init("err", error.description)]
            )
        case .endpointFlowing:
            self.log.write(.info, "data flows to upstream again", [.init("obj", "tunnels")])
        case .endpointRecovered:
            self.log.write(.info, "tunnel bound again", [.init("obj", "tunnels")])
        }
    }

    package func updateAvailable(_ version: String) {
        self.log.write(.info, "update available", [.init("obj", "updater"), .init("version", version)])
    }

    package func updateFailed(_ error: any Error) {
        self.log.write(.error, "update failed", [.init("obj", "updater"), .init("err", "\(error)")])
    }

    package func failed(_ error: any Error) {
        self.log.write(.crit, "command failed", [.init("err", "\(error)")])
    }

    package func finish() async { await self.log.finish() }

    package func connectionOpened(_ connection: ObservedConnection) {
        self.log.write(
            .info,
            "join connections",
            [
                .init("obj", "join"), .init("id", String(connection.id, radix: 16)), .init("l", connection.upstream),
                .init("r", connection.visitor),
            ]
        )
    }

    package func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount) {}

    package func upstreamFailed(_ connection: ObservedConnection, reason: String) {
        self.log.write(
            .warn,
            "failed to open private leg",
            [
                .init("obj", "join"), .init("id", String(connection.id, radix: 16)),
                .init("privaddr", connection.upstream), .init("err", reason),
            ]
        )
    }

    package func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection) {}

    /// As wrappers know it: `http://localhost:80`, `//localhost:22`.
    private static func address(_ upstream: Upstream) -> String {
        upstream.scheme.isHTTP ? upstream.description : "//\(upstream.hostport)"
    }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return "\(seconds).\(String(attoseconds / 1_000_000_000_000_000 + 1000).dropFirst())"
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)"
    }
}
