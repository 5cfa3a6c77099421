package import NIOCore

/// Puts a connection into a pipeline, behind TLS: each callback is a line into the connection.
///
/// It takes all inbound bytes and passes on all other events. Back pressure is not kept here: reading goes on
/// whatever the streams do, since all of them and the heartbeats share it (spec 4).
package final class MuxHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let connection: MuxConnection

    init(_ connection: MuxConnection) {
        self.connection = connection
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.connection.attach(to: context)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        self.connection.detach()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.connection.receive(Self.unwrapInboundIn(data).compacted)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        self.connection.completeRead()
        context.fireChannelReadComplete()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.connection.channelWritabilityChanged(to: context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.connection.end(.closed)
        context.fireChannelInactive()
    }

    /// A transport that leaves the other half open means nothing to us: without a peer that speaks the session is dead.
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            self.connection.end(.closed)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.connection.end(.closed)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
