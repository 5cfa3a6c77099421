import NIOCore
import PolicyEngine

/// Counts what comes before anything reads it, so that endless heads, trailers and chunks end.
final class InboundBound: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Of a head, with what one read may bring beyond it.
    private static let headBytes = 128 << 10
    /// A chunk of one byte comes in six.
    private static let framingFactor = 8

    private var totalBytes = 0
    private var count = 0
    /// Set by who has read the head.
    var isHeadRead = false

    /// Another answer is awaited, with a body of at most so many bytes.
    func begin(answerBytes: Int) {
        self.totalBytes = Self.headBytes + answerBytes * Self.framingFactor
        self.count = 0
        self.isHeadRead = false
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.count += Self.unwrapInboundIn(data).readableBytes
        guard self.count <= (self.isHeadRead ? self.totalBytes : Self.headBytes) else {
            context.fireErrorCaught(PolicyRequestError.tooLarge)
            return
        }
        context.fireChannelRead(data)
    }
}
