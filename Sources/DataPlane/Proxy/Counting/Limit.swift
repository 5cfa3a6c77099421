/// A bound that somebody outside may reach, by the name that metrics have it under; `docs/limits.md` says what each is.
package enum Limit: String, CaseIterable, Sendable {
    // Of a connection, before it speaks.
    case connections
    case connectionsPerListener = "connections_per_listener"
    case connectionsPerAddress = "connections_per_address"
    case handshakeTimeout = "handshake_timeout"
    // Of a request.
    case headTimeout = "head_timeout"
    case headBytes = "head_bytes"
    case headFields = "head_fields"
    case lineBytes = "line_bytes"
    case trailerBytes = "trailer_bytes"
    case chunkExtensionBytes = "chunk_extension_bytes"
    case bodyIdleTimeout = "body_idle_timeout"
    case bodyRate = "body_rate"
    // Of a response.
    case slowReaderTimeout = "slow_reader_timeout"
    case halfCloseGrace = "half_close_grace"
    case lingerTimeout = "linger_timeout"
    case connectTimeout = "connect_timeout"
    // Of silence.
    case keepAliveTimeout = "keep_alive_timeout"
    case pipeIdleTimeout = "pipe_idle_timeout"
    // Of HTTP/2.
    case http2IdleTimeout = "http2_idle_timeout"
    case http2PingTimeout = "http2_ping_timeout"
    case http2Streams = "http2_streams"
    case http2ContinuationFrames = "http2_continuation_frames"
    case http2EmptyFrames = "http2_empty_frames"
    case http2Pings = "http2_pings"
    case http2SettingsFrames = "http2_settings_frames"
    case http2PriorityFrames = "http2_priority_frames"
    case http2WindowUpdates = "http2_window_updates"
    case http2Resets = "http2_resets"
    case http2UnknownFrames = "http2_unknown_frames"
    case http2QueuedFrames = "http2_queued_frames"
    case http2Windows = "http2_windows"
    // Of the process.
    case loopLag = "loop_lag"
    case standingQueue = "standing_queue"
    case memory
    case readyCertificates = "ready_certificates"
    // Of agents that are away or busy.
    case waitingVisitors = "waiting_visitors"
    case queuedStreams = "queued_streams"
    case agentSilence = "agent_silence"
}
