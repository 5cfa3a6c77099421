package import Model
import NIOCore
import NIOPosix

/// Asks the edge that serves a data folder to read its configuration again.
package struct ReloadRequest: Sendable {
    /// What came of it.
    package enum Outcome: Sendable {
        /// Lines for the terminal.
        case done([String])
        /// What is wrong; nothing changed.
        case refused(String)
    }

    /// Longer than a reload of ten thousand upstreams takes.
    private static let patience = TimeAmount.seconds(60)
    /// The most that is read of an answer.
    private static let answerBytes = 1 << 20

    private let folder: DataFolder

    package init(_ folder: DataFolder) {
        self.folder = folder
    }

    /// - Throws: `edgeSilent` where no edge answers.
    package func send() async throws(Failure) -> Outcome {
        let text: String
        do {
            text = try await self.exchange()
        } catch {
            throw Failure(
                .edgeSilent,
                "No edge that serves \(self.folder.path) answers",
                detail: "\(error)",
                cause: error
            )
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        switch lines.first {
        case ReloadSocket.done: return .done(Array(lines.dropFirst()))
        case ReloadSocket.refused: return .refused(lines.dropFirst().joined(separator: "\n"))
        default: throw Failure(.edgeSilent, "The edge that serves \(self.folder.path) ended before it answered")
        }
    }

    private func exchange() async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: self.folder.reloadSocket) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(IdleStateHandler(readTimeout: Self.patience))
                    try channel.pipeline.syncOperations.addHandler(ImpatientHandler())
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: ReloadSocket.question + "\n"))
            var answer = ByteBuffer()
            for try await var bytes in inbound where answer.readableBytes < Self.answerBytes {
                answer.writeBuffer(&bytes)
            }
            return String(buffer: answer)
        }
    }

    /// Closes when nothing came for too long.
    private final class ImpatientHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
            context.fireUserInboundEventTriggered(event)
        }
    }
}
