import Model
import NIOCore

/// One request of a visitor's HTTP/2 connection with its response: the front of an exchange, and the windows of both
/// directions.
///
/// Back pressure: what an exchange does not take now is not given back to the visitor's window, so that at most one
/// window of it is here; what the visitor does not take waits in `queue`, and the upstream's reading stops while that
/// is more than a little.
package final class HTTP2Stream: Timed, NumberedStream {
    /// Bytes of an answer that may wait here before the upstream's reading stops, and at which it goes on.
    static let queueBytes = (high: 32 * 1024, low: 8 * 1024)

    let id: UInt32
    unowned let connection: HTTP2VisitorHandler
    let exchange: Exchange
    var isOver = false

    // The request.
    var receiveWindow: ReceiveWindow
    var pace = BodyPace()
    /// Whether the visitor has sent all of it.
    var requestEnded = false
    /// Bytes of the body still to come, where the request has told its length.
    var remaining: UInt64?
    var isHEAD = false
    var hasBody = false
    /// Whether it asks for a WebSocket; what follows is for the pipe, and waits for it.
    var isTunnel = false
    /// What came of the body before the request was sent.
    var early: ByteBuffer?
    var isSent = false
    var takesBody = true
    var isWaiting = false
    /// Bytes that the exchange has, and that the visitor has not been given back.
    var withheld = 0
    var trailers: ByteBuffer?

    // The response.
    var sendWindow: SendWindow
    var queue = ByteQueue()
    var responseStarted = false
    var responseEnded = false
    var responseTrailers: ByteBuffer?
    var isPipe = false
    /// Whether it stands in the connection's list of streams that have something to send.
    var isReady = false
    var isUpstreamPaused = false

    init(id: UInt32, connection: HTTP2VisitorHandler) {
        self.id = id
        self.connection = connection
        self.exchange = Exchange(context: connection.exchanges)
        self.receiveWindow = ReceiveWindow(connection.limits.streamWindow)
        self.sendWindow = SendWindow(connection.settings.initialWindow)
        self.pace.start(at: connection.loop.wheel.now)
        super.init()
    }

    var loop: ProxyLoop { self.connection.loop }

    // MARK: Deadlines

    /// Sets the deadline that fits what the stream is doing.
    func updateDeadline() {
        guard !self.isOver else { return }
        let limits = self.loop.limits
        let milliseconds: Int64
        if self.isWaiting {
            milliseconds = limits.streamQueueMilliseconds
        } else if !self.queue.isEmpty {
            milliseconds = limits.slowReaderMilliseconds
        } else if !self.requestEnded, !self.responseStarted, self.takesBody {
            milliseconds = limits.bodyIdleMilliseconds
        } else {
            milliseconds = limits.pipeIdleMilliseconds
        }
        self.loop.wheel.set(self, in: milliseconds)
    }

    package override func deadlinePassed() {
        guard !self.isOver else { return }
        if self.isWaiting {
            self.exchange.waitingTimePassed()
            self.updateDeadline()
        } else if self.queue.isEmpty, !self.requestEnded, !self.responseStarted, self.takesBody {
            self.loop.counters.note(.bodyIdleTimeout)
            self.exchange.refuse(.init(.requestTimeout, "The request's body did not come in time."))
        } else {
            self.loop.counters.note(self.queue.isEmpty ? .pipeIdleTimeout : .slowReaderTimeout)
            self.connection.reset(self, .cancel)
        }
        self.connection.scheduleFlush()
    }
}
