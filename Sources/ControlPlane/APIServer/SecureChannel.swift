import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// Puts TLS before what speaks on a connection, with the certificate of the moment.
///
/// The library's own keeps the certificate that it began with.
struct SecureChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let certificate: APICertificate

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: self.certificate.context))
        }.flatMap { self.base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async {
        await self.base.handle(value: value, logger: logger)
    }
}
