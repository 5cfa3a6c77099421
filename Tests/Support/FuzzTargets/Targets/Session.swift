import Mux
import NIOCore
import NIOEmbedded

/// A whole mux connection fed with what a peer may send: it never traps, keeps its promises to receivers, and holds
/// no more than its budget.
enum Session: FuzzTarget {
    static func check(_ input: FuzzInput) {
        let channel = EmbeddedChannel()
        let connection = MuxConnection(role: .server)
        let owner = Owner()
        connection.delegate = owner
        do {
            try channel.pipeline.syncOperations.addHandler(connection.handler)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            for piece in input.pieces where channel.isActive {
                try channel.writeInbound(ByteBuffer(bytes: piece))
                channel.embeddedEventLoop.run()
            }
            _ = try channel.finish(acceptAlreadyClosed: true)
        } catch {
            // A violation is reported through the pipeline as well; that it was is all right.
        }
        channel.embeddedEventLoop.run()
        claim(owner.ends == 1, "a connection ended \(owner.ends) times")
        claim(connection.openStreams == 0, "streams outlived their connection")
    }

    /// Takes every stream, echoes every third, resets every fifth, and leaves some bytes unread.
    private final class Owner: MuxConnectionDelegate, MuxStreamReceiver {
        var ends = 0
        private var streams = 0

        func muxConnection(_ connection: MuxConnection, accepted stream: MuxStream) -> (any MuxStreamReceiver)? {
            self.streams += 1
            return self.streams % 7 == 0 ? nil : self
        }

        func muxConnection(_ connection: MuxConnection, ended end: MuxEnd) { self.ends += 1 }

        func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
            claim(bytes.readableBytes > 0, "an empty piece")
            claim(!stream.hasReceivedFIN, "bytes after the end")
            switch stream.id / 2 % 5 {
            case 0: stream.reset(.streamCancelled)
            case 1, 2:
                stream.write(bytes)
                stream.consumed(bytes.readableBytes)
            case 3: stream.consumed(bytes.readableBytes)
            default: break
            }
        }

        func streamReadComplete(_ stream: MuxStream) {}
        func streamReceivedEnd(_ stream: MuxStream) { stream.finish() }
        func streamReceivedCredit(_ stream: MuxStream) {}
        func streamWritabilityChanged(_ stream: MuxStream) {}
        func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}
    }
}
