package import NIOCore
package import NIOSSL
internal import NIOTLS

/// Stands behind the TLS handler of a client and lets nobody speak who has not shown a certificate of the name that was
/// asked for.
///
/// The handlers behind it hear of the end of the handshake when the name is right, and else of
/// `NIOSSLExtraError.failedToValidateHostname`, as if TLS had failed; the connection is closed then.
package final class ServerNameHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer

    private enum Identity {
        case name(String)
        case address([UInt8])
    }

    private let identity: Identity
    /// Whose certificate is looked at; there may be another one before it, of a proxy.
    private let tls: NIOSSLClientHandler
    private var isRefused = false

    private init(_ identity: Identity, _ tls: NIOSSLClientHandler) {
        self.identity = identity
        self.tls = tls
    }

    /// Makes the handlers of a TLS client that speaks to this server alone.
    ///
    /// - Parameters:
    ///   - name: the host name that the certificate must have; nil where an address was asked for, which the TLS library
    ///     compares with the one that was connected to.
    ///   - context: must verify certificates.
    /// - Returns: the handlers in their order.
    /// - Throws: `NIOSSLExtraError` when the name is none that TLS can ask for.
    package static func client(
        of name: String?,
        _ context: NIOSSLContext
    ) throws -> [any ChannelHandler] {
        let tls = try NIOSSLClientHandler(context: context, serverHostname: name)
        guard let name else { return [tls] }
        return [tls, ServerNameHandler(.name(name), tls)]
    }

    /// Makes the handlers of a TLS client that speaks to the server with this address alone, which is not the one that was
    /// connected to.
    ///
    /// - Parameters:
    ///   - octets: of the address, 4 or 16 in network order.
    ///   - context: must verify certificates, and not their names.
    /// - Returns: the handlers in their order.
    /// - Throws: when TLS cannot be set up.
    package static func client(ofAddress octets: [UInt8], _ context: NIOSSLContext) throws -> [any ChannelHandler] {
        let tls = try NIOSSLClientHandler(context: context, serverHostname: nil)
        return [tls, ServerNameHandler(.address(octets), tls)]
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard let certificate = self.tls.peerCertificate, self.isCovered(by: certificate) else {
            self.isRefused = true
            context.fireErrorCaught(NIOSSLExtraError.failedToValidateHostname)
            context.close(promise: nil)
            return
        }
        context.fireUserInboundEventTriggered(event)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func isCovered(by certificate: NIOSSLCertificate) -> Bool {
        switch self.identity {
        case .name(let name): ServerIdentity.covers(name, certificate)
        case .address(let octets): ServerIdentity.covers(address: octets, certificate)
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What the wrong server says with the end of its handshake.
        guard !self.isRefused else { return }
        context.fireChannelRead(data)
    }
}
