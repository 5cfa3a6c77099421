import Settings

/// What one connection of HTTP/2 may take (`reliability.md` 3b).
package struct HTTP2LimitsConfiguration: Sendable {
    package let streams: Int
    package let continuationFrames: Int
    package let emptyFrames: Int
    package let framesPerSecond: Int
    package let resetsPerSecond: Int
    package let queuedFrames: Int
    package let streamWindow: Int
    package let connectionWindow: Int
    package let idleTimeout: Duration
    package let pingAfter: Duration
    package let pingTimeout: Duration

    init(from settings: SettingsReader) {
        self.streams = settings.value(
            "streams",
            .integer(in: 1...10_000, of: "streams"),
            default: 100,
            "Requests that are open at once. More: refused for now (REFUSED_STREAM)."
        )
        self.continuationFrames = settings.value(
            "continuation_frames",
            .integer(in: 0...100, of: "frames"),
            default: 5,
            "CONTINUATION frames of one head. More: GOAWAY."
        )
        self.emptyFrames = settings.value(
            "empty_frames",
            .integer(in: 0...1000, of: "frames"),
            default: 1,
            "DATA frames without content in a row. More: GOAWAY."
        )
        self.framesPerSecond = settings.value(
            "frames_per_second",
            .integer(in: 10...100_000, of: "frames"),
            default: 100,
            """
            Frames in a second of each kind that says little: PING, SETTINGS, PRIORITY, WINDOW_UPDATE beyond what the \
            answers give reason for, and unknown ones. More: GOAWAY.
            """
        )
        self.resetsPerSecond = settings.value(
            "resets_per_second",
            .integer(in: 1...100_000, of: "streams"),
            default: 100,
            "Requests in a second that the visitor takes back, or that are reset for what it did. More: GOAWAY."
        )
        self.queuedFrames = settings.value(
            "queued_frames",
            .integer(in: 10...1_000_000, of: "frames"),
            default: 1000,
            "Answers to the visitor's own frames that it has not read. More: closed."
        )
        self.streamWindow = settings.value(
            "stream_window",
            .bytes(in: 4096...16 << 20),
            default: 64 << 10,
            "Bytes of one request that a visitor may send ahead. More: the stream is reset (FLOW_CONTROL_ERROR)."
        )
        self.connectionWindow = settings.value(
            "connection_window",
            .bytes(in: 64 << 10...1 << 30),
            default: 1 << 20,
            "Bytes of all requests together that a visitor may send ahead. More: GOAWAY."
        )
        self.idleTimeout = settings.time(
            "idle_timeout",
            .seconds(1) ... .seconds(86_400),
            default: .seconds(300),
            "Of a connection without a request. Then: GOAWAY."
        )
        self.pingAfter = settings.time(
            "ping_after",
            .seconds(1) ... .seconds(3600),
            default: .seconds(30),
            "A visitor that has requests open and sends nothing for so long is asked whether it is there."
        )
        self.pingTimeout = settings.time(
            "ping_timeout",
            .seconds(1) ... .seconds(300),
            default: .seconds(10),
            "For its answer. Then: GOAWAY."
        )
    }
}
