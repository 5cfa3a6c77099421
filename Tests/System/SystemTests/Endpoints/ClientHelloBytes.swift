import NIOCore
import NIOEmbedded
import NIOSSL

/// The first flight of a real TLS client that asks for `name`.
func clientHello(for name: String) throws -> [UInt8] {
    let context = try NIOSSLContext(configuration: .makeClientConfiguration())
    let channel = EmbeddedChannel(handler: try NIOSSLClientHandler(context: context, serverHostname: name))
    channel.connect(to: try SocketAddress(unixDomainSocketPath: "/x"), promise: nil)
    var bytes: [UInt8] = []
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
    // Whatever it says at its end does not matter.
    _ = try? channel.finish()
    return bytes
}
