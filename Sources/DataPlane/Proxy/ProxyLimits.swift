/// The bounds within which the data plane works (`reliability.md` 3b). Times are in milliseconds, since they are set
/// on a coarse wheel.
///
/// Numbers alone, which each request asks for: nothing here is counted when it is read.
package struct ProxyLimits: Sendable {
    /// Bounds of a request's head.
    package var headLimits = HeadLimits.request
    /// Of what a body brings beside its content.
    package var bodyLimits = BodyLimits()
    /// From the first byte of a head to its last.
    package var headMilliseconds: Int64 = 10_000
    /// Without a byte of a request body that is under way.
    package var bodyIdleMilliseconds: Int64 = 30_000
    /// What a request body under way must bring in each period.
    package var bodyBytesPerSecond = 500
    package var bodyRatePeriodMilliseconds: Int64 = 30_000
    /// Without progress on a visitor that does not take what it asked for.
    package var slowReaderMilliseconds: Int64 = 30_000
    /// Between two requests of a connection.
    package var keepAliveMilliseconds: Int64 = 60_000
    /// Of an HTTP/2 connection without a stream.
    package var http2IdleMilliseconds: Int64 = 300_000
    /// An HTTP/2 visitor that has streams open and sends nothing for so long is asked whether it is there, and has so
    /// long to answer.
    package var http2PingAfterMilliseconds: Int64 = 30_000
    package var http2PingAnswerMilliseconds: Int64 = 10_000
    package var http2Limits = HTTP2Limits()
    /// Without a byte in either direction of a TCP, TLS or upgraded connection.
    package var pipeIdleMilliseconds: Int64 = 300_000
    /// A visitor that has closed its sending side is served until nothing of its answer came for this time.
    package var halfCloseMilliseconds: Int64 = 3_000
    /// For what is left of a request when its response has already ended.
    package var lingerMilliseconds: Int64 = 5_000
    /// To reach a configured upstream.
    package var connectMilliseconds: Int64 = 5_000
    /// An idle upstream connection is closed after this time; below what upstreams commonly allow.
    package var upstreamIdleMilliseconds: Int64 = 15_000
    /// Idle connections that a loop keeps for one upstream.
    package var idleConnectionsPerUpstream = 256
    /// Bytes of further requests that a visitor may send ahead.
    package var pipelinedBytes = 32 * 1024
    /// Visitors of one loop that may wait for an agent to come back, for each pool.
    package var waitingVisitorsPerPool = 128
    /// Visitors of one loop that may wait for an agent to take another stream, and how long they wait.
    package var queuedStreams = 1024
    package var streamQueueMilliseconds: Int64 = 10_000
    /// An agent that has not even acknowledged a stream after this time is taken for dead.
    package var agentSilenceMilliseconds: Int64 = 5_000

    /// How late the loop's clock may be before new requests are refused.
    package var loopLagMilliseconds: Int64 = 50
    /// How long requests may stand in a loop's queue, where it has no time to spare, before new ones are refused.
    package var standingQueueSeconds = 0.1
    /// Endpoints of each loop whose requests are counted apart.
    package var countedEndpoints = 1000

    /// Whether browsers are warned before they see what an account serves.
    package var warnsBrowsers = false

    package init() {}
}
