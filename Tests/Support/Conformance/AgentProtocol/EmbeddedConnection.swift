import JSON
import Mux
import NIOCore
import NIOEmbedded

/// One end of a mux connection in an embedded channel.
struct EmbeddedConnection {
    let connection: MuxConnection
    private let channel: EmbeddedChannel

    init(_ role: MuxRole, configuration: MuxConnection.Configuration = .init()) throws {
        self.connection = MuxConnection(role: role, configuration: configuration)
        self.channel = EmbeddedChannel(handler: self.connection.handler)
        try self.channel.connect(to: SocketAddress(unixDomainSocketPath: "/mux")).wait()
    }

    var isActive: Bool { self.channel.isActive }

    /// Lets `bytes` come in the pieces of `cut`, each in a read of its own.
    func receive(_ bytes: [UInt8], _ cut: Cut) throws {
        for piece in cut.pieces(of: bytes) {
            // An end of the connection amid the pieces is for the caller to judge.
            guard self.channel.isActive else { return }
            try self.channel.writeInbound(ByteBuffer(bytes: piece))
        }
    }

    /// What has been written since the last call.
    func sent() throws -> [UInt8] {
        self.channel.embeddedEventLoop.run()
        var bytes: [UInt8] = []
        while let buffer = try self.channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        return bytes
    }
}
