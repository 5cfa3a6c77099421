package import HummingbirdCore
package import Logging
package import NIOCore
import NIOSSL

/// Puts TLS before what speaks on a connection, with the certificate of the moment.
///
/// The library's own keeps the certificate that it began with.
package struct SecureChannel<Base: ServerChildChannel>: ServerChildChannel {
    private let base: Base
    private let certificate: APICertificate

    package init(base: Base, certificate: APICertificate) {
        self.base = base
        self.certificate = certificate
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: self.certificate.context))
        }.flatMap { self.base.setup(channel: channel, logger: logger) }
    }

    package func handle(value: Base.Value, logger: Logger) async {
        await self.base.handle(value: value, logger: logger)
    }
}
