import Foundation
import Model
import NIOCore
import NIOPosix

/// A socket in the data folder, by which `portico-edge reload` asks the edge that serves the folder to read its
/// configuration again, and hears what came of it.
///
/// Whoever may enter the folder, which is its owner alone, may ask; nobody by any network. A question is a line, the
/// answer is text, its first line ``done`` or ``refused``, to the end of the connection.
struct ReloadSocket {
    static let question = "reload"
    static let done = "done"
    static let refused = "refused"

    /// A peer that says nothing for so long is closed.
    private static let patience = TimeAmount.seconds(10)
    /// More than a question is not read.
    private static let questionBytes = 64

    private let channel: any Channel

    /// Opens the socket in place of one that an edge left there which is gone: only one process serves a folder. `answer`
    /// does what was asked, and returns what is told, the first line included.
    static func open(
        _ folder: DataFolder,
        on group: any EventLoopGroup,
        answer: @escaping @Sendable () async -> String
    ) async throws -> ReloadSocket {
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(readTimeout: Self.patience))
                    try pipeline.addHandler(Handler(answer: answer))
                }
            }
            .bind(unixDomainSocketPath: folder.reloadSocket, cleanupExistingSocketFile: true).get()
        chmod(folder.reloadSocket, 0o600)
        return ReloadSocket(channel: channel)
    }

    func close() async {
        // It fails only where it is closed already.
        try? await self.channel.close().get()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: @Sendable () async -> String
        private var received = ""
        private var isAsked = false

        init(answer: @escaping @Sendable () async -> String) {
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.received += String(buffer: Self.unwrapInboundIn(data)).prefix(ReloadSocket.questionBytes)
            guard !self.isAsked else { return }
            guard self.received.hasPrefix(ReloadSocket.question + "\n") else {
                if self.received.utf8.count > ReloadSocket.questionBytes { context.close(promise: nil) }
                return
            }
            self.isAsked = true
            let bound = context.loopBound
            context.eventLoop.makeFutureWithTask { [answer] in await answer() }.whenSuccess { text in
                let context = bound.value
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in
                    bound.value.close(promise: nil)
                }
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event is IdleStateHandler.IdleStateEvent, !self.isAsked { context.close(promise: nil) }
            context.fireUserInboundEventTriggered(event)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
