import NIOCore
import Preamble

/// Reads which cipher suite this edge has chosen from what it sends first: the TLS library doesn't say.
final class CipherSuiteObserver: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Nil before the first bytes, and where they are something else: an alert.
    private(set) var suite: CipherSuite?
    private var hasSeen = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if !self.hasSeen {
            self.hasSeen = true
            self.suite = CipherSuite(inFlight: Self.unwrapOutboundIn(data))
        }
        context.write(data, promise: promise)
    }
}
