import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// Asks the kernel to acknowledge at once what has been read.
///
/// Agents of the Rust family write several small segments in a row without TCP_NODELAY; a delayed acknowledgement
/// holds each request up by 40 ms (`spec/agent-protocol.md` 15). The option does not stick, so it is set after each
/// read. Stands in front of TLS.
final class QuickAckHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Until the agent has said what it is, it is taken for one that needs it.
    var isEnabled = true

    func channelReadComplete(context: ChannelHandlerContext) {
        #if os(Linux)
            if self.isEnabled {
                // It fails only on a socket that is closed already.
                try? context.channel.syncOptions?.setOption(
                    .tcpOption(.init(rawValue: TCP_QUICKACK)),
                    value: 1
                )
            }
        #endif
        context.fireChannelReadComplete()
    }
}
