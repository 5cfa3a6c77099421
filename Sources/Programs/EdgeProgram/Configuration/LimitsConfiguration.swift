import Settings

/// Bounds on what one visitor or agent may take (`reliability.md` 3b).
package struct LimitsConfiguration: Sendable {
    package let handshakeTimeout: Duration
    package let headTimeout: Duration
    package let headBytes: Int
    package let headFields: Int
    package let lineBytes: Int
    package let trailerBytes: Int
    package let chunkExtensionBytes: Int
    package let keepAliveTimeout: Duration
    package let bodyIdleTimeout: Duration
    package let bodyRate: Int
    package let bodyRatePeriod: Duration
    package let slowReaderTimeout: Duration
    package let pipeIdleTimeout: Duration
    package let halfCloseGrace: Duration
    package let connectTimeout: Duration
    package let lingerTimeout: Duration
    package let connections: Int
    package let connectionsPerListener: Int
    package let readyCertificates: Int
    package let connectionsPerAddress: Int
    package let pipelinedBytes: Int
    package let waitingVisitors: Int
    package let queuedStreams: Int
    package let queueTimeout: Duration
    package let agentSilence: Duration
    package let http2: HTTP2LimitsConfiguration
    package let ssh: SSHLimitsConfiguration
    package let loopLag: Duration
    package let standingQueue: Duration
    package let memory: Int
    package let apiCalls: Int
    package let apiFailures: Int
    package let signInFailures: Int
    /// nil for any number.
    package let accountSessions: Int?
    package let accountEndpoints: Int?

    init(from settings: SettingsReader, surroundings: Surroundings) {
        self.handshakeTimeout = settings.time(
            "handshake_timeout",
            .seconds(1) ... .seconds(300),
            default: .seconds(10),
            "From the start of a connection to the end of its TLS handshake, ClientHello included. Then: closed."
        )
        self.headTimeout = settings.time(
            "head_timeout",
            .seconds(1) ... .seconds(300),
            default: .seconds(10),
            "From the first byte of a request's head to its last. Then: 408."
        )
        self.headBytes = settings.value(
            "head_bytes",
            .bytes(in: 4096...1 << 20),
            default: 60 << 10,
            "The size of a request's head. More: 431."
        )
        self.headFields = settings.value(
            "head_fields",
            .integer(in: 16...1000, of: "fields"),
            default: 100,
            "Fields of a request's head. More: 431."
        )
        self.lineBytes = settings.value(
            "line_bytes",
            .bytes(in: 1024...1 << 20),
            default: 16 << 10,
            "The length of a request line (more: 414) or of a field (more: 431)."
        )
        self.trailerBytes = settings.value(
            "trailer_bytes",
            .bytes(in: 256...1 << 20),
            default: 16 << 10,
            "The size of the fields behind a request's body. More: 431; over HTTP/2 the stream is reset."
        )
        self.chunkExtensionBytes = settings.value(
            "chunk_extension_bytes",
            .bytes(in: 0...64 << 10),
            default: 1 << 10,
            "The size of the extensions of a chunk of a request's body; all chunks together: 16 times as much. More: 400."
        )
        self.keepAliveTimeout = settings.time(
            "keep_alive_timeout",
            .seconds(1) ... .seconds(3600),
            default: .seconds(60),
            "Between two requests of a connection. Then: closed."
        )
        self.bodyIdleTimeout = settings.time(
            "body_idle_timeout",
            .seconds(1) ... .seconds(3600),
            default: .seconds(30),
            "Without a byte of a request's body that is under way. Then: 408."
        )
        self.bodyRate = settings.value(
            "body_rate",
            .bytes(in: 1...1 << 30),
            default: 500,
            "What a request's body under way must bring in a second, until it is answered. Less: 408."
        )
        self.bodyRatePeriod = settings.time(
            "body_rate_period",
            .seconds(1) ... .seconds(3600),
            default: .seconds(30),
            "The time over which `body_rate` is looked at."
        )
        self.slowReaderTimeout = settings.time(
            "slow_reader_timeout",
            .seconds(1) ... .seconds(3600),
            default: .seconds(30),
            "Without progress at a visitor that doesn't take what it asked for. Then: closed."
        )
        self.pipeIdleTimeout = settings.time(
            "pipe_idle_timeout",
            .seconds(1) ... .seconds(86_400),
            default: .seconds(300),
            "Without a byte in either direction of a TCP, TLS or upgraded connection. Then: closed."
        )
        self.halfCloseGrace = settings.time(
            "half_close_grace",
            .zero ... .seconds(300),
            default: .seconds(3),
            "For a visitor that has closed its sending side to get the beginning of its answer. Then: closed."
        )
        self.connectTimeout = settings.time(
            "connect_timeout",
            .milliseconds(100) ... .seconds(120),
            default: .seconds(5),
            "To reach a configured upstream. Then: 504."
        )
        self.lingerTimeout = settings.time(
            "linger_timeout",
            .seconds(1) ... .seconds(300),
            default: .seconds(5),
            "For what still comes of a request that has its whole answer. Then: closed."
        )
        self.connections = settings.value(
            "connections",
            .integer(in: 16...10_000_000, of: "connections"),
            default: 50_000,
            "Connections of visitors in all. More: closed. The last twentieth gets 503."
        )
        self.connectionsPerListener = settings.value(
            "connections_per_listener",
            .integer(in: 16...10_000_000, of: "connections"),
            default: min(10_000, self.connections),
            written: "10000, and no more than `connections`",
            "Connections of one port, agents included. More: closed. The last twentieth gets 503 where visitors speak HTTP."
        )
        self.connectionsPerAddress = settings.value(
            "connections_per_address",
            .integer(in: 1...10_000_000, of: "connections"),
            default: 256,
            "Connections of visitors from one IP address. More: closed."
        )
        self.pipelinedBytes = settings.value(
            "pipelined_bytes",
            .bytes(in: 4096...1 << 24),
            default: 32 << 10,
            "Bytes of further requests that a visitor may send ahead. More: not read for now."
        )
        self.waitingVisitors = settings.value(
            "waiting_visitors",
            .integer(in: 0...1_000_000, of: "visitors"),
            default: 128,
            "Visitors of one endpoint that wait for an agent to come back, on each event loop. More: 404."
        )
        self.queuedStreams = settings.value(
            "queued_streams",
            .integer(in: 0...1_000_000, of: "streams"),
            default: 1024,
            "Visitors that wait for one connection of an agent to take another stream. More: 504."
        )
        self.queueTimeout = settings.time(
            "queue_timeout",
            .seconds(1) ... .seconds(300),
            default: .seconds(10),
            "How long visitors wait so. Then: 404 or 504."
        )
        self.agentSilence = settings.time(
            "agent_silence",
            .seconds(1) ... .seconds(300),
            default: .seconds(5),
            "For an agent to take notice of a visitor. Then: 504. In force for agents that connect from then on."
        )
        self.http2 = settings.section(
            "http2",
            "What one connection of HTTP/2 may take; in force for connections that begin from then on.",
            HTTP2LimitsConfiguration.init
        )
        self.ssh = settings.section(
            "ssh",
            "What clients of `listeners.ssh` may take; in force from the next start on.",
            SSHLimitsConfiguration.init
        )
        self.loopLag = settings.time(
            "loop_lag",
            .milliseconds(1) ... .seconds(3600),
            default: .milliseconds(50),
            """
            How late an event loop may be for a second; a part of the new requests is then refused with 503 that grows \
            until the loop keeps up.
            """
        )
        self.standingQueue = settings.time(
            "standing_queue",
            .milliseconds(10) ... .seconds(3600),
            default: .milliseconds(100),
            """
            How long requests may wait for their answers where an event loop has no time to spare; new ones are then \
            refused with 503 as often as keeps the wait near this time.
            """
        )
        self.memory = settings.value(
            "memory",
            .bytes(in: 64 << 20...1 << 50),
            default: surroundings.memoryBytes,
            written: "the memory that the process may use: its control group's, or the machine's",
            "What the process may hold. From nine tenths on: 503 for new requests; from 95 % on: new connections are closed."
        )
        self.readyCertificates = settings.value(
            "ready_certificates",
            .integer(in: 16...1_000_000, of: "certificates"),
            default: 2000,
            """
            Certificates of domains that each event loop keeps ready for handshakes. More: those that were asked for least \
            lately are made ready anew when somebody asks for them again.
            """
        )
        self.apiCalls = settings.value(
            "api_calls",
            .integer(in: 1...10_000_000, of: "calls"),
            default: 1200,
            "Calls of the REST API by one account within a minute. More: 429."
        )
        self.apiFailures = settings.value(
            "api_failures",
            .integer(in: 1...10_000_000, of: "calls"),
            default: 30,
            """
            Calls of the REST API from one IP address within a minute that carry no good API key. More: 429, whatever \
            they carry.
            """
        )
        self.signInFailures = settings.value(
            "sign_in_failures",
            .integer(in: 1...1000),
            default: 10,
            "Attempts to sign in to the dashboard within a minute that fail, from one address and as one user. More: 429."
        )
        self.accountSessions = settings.optional(
            "account_sessions",
            .integer(in: 1...10_000_000, of: "sessions"),
            absent: "no limit",
            "Agents of one account that are connected. More: ERR_NGROK_108."
        )
        self.accountEndpoints = settings.optional(
            "account_endpoints",
            .integer(in: 1...10_000_000, of: "endpoints"),
            absent: "no limit",
            "Endpoints of one account, of agents that are connected and in the cloud. More: ERR_NGROK_350 and 18021."
        )
        if self.lineBytes > self.headBytes {
            settings.refuse("line_bytes", "is larger than head_bytes; a line is a part of a head")
        }
        if self.connectionsPerAddress > self.connections {
            settings.refuse("connections_per_address", "is larger than connections, which it is a part of")
        }
    }
}

extension SettingsReader {
    func time(
        _ key: String,
        _ range: ClosedRange<Duration>,
        default standard: Duration,
        _ summary: String
    ) -> Duration {
        self.value(key, .duration(in: range), default: standard, summary)
    }
}
