/// How much a visitor's HTTP/2 connection may take; counts for connections that begin.
package struct HTTP2Limits: Sendable {
    /// Streams that are open at once.
    package var concurrentStreams = 100
    /// CONTINUATION frames of one header block.
    package var continuationFrames = 5
    /// Empty DATA frames in a row.
    package var emptyFrames = 1
    /// Frames of each kind in a second that say little and must be answered or looked at: PING, SETTINGS, PRIORITY,
    /// WINDOW_UPDATE and what has no name.
    package var framesPerSecond = 100
    /// Streams in a second that ended early.
    package var resetsPerSecond = 100
    /// Bytes that the visitor may send ahead on one stream, and on all together.
    package var streamWindow = 64 * 1024
    package var connectionWindow = 1024 * 1024
    /// Frames that no window bounds, of heads and of answers to the visitor's own, that may wait to be read.
    package var queuedFrames = 1000

    package init() {}
}
