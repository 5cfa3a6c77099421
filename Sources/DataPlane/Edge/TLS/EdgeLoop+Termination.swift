import Model
import NIOCore
import NIOSSL
import PolicyEngine
import Proxy

extension EdgeLoop: TLSTerminator {
    func answer(
        _ handshake: PolicyHandshake,
        whenEnded: @escaping (Result<EndedHandshake, any Error>) -> Void
    ) {
        do {
            let served = self.served(for: handshake.serverName)
            let tls = try self.policyTLS.find(handshake.settings, over: served, isHTTP: handshake.isHTTP)
            try self.answer(handshake, with: tls, whenEnded: whenEnded)
        } catch {
            handshake.channel.close(promise: nil)
            whenEnded(.failure(error))
        }
    }

    private func answer(
        _ handshake: PolicyHandshake,
        with tls: VisitorTLS,
        whenEnded: @escaping (Result<EndedHandshake, any Error>) -> Void
    ) throws {
        let observer = CipherSuiteObserver()
        let client = ShownCertificate()
        let handler = try tls.makeHandler(noting: client)
        // What is done at the end of a handshake may close the channel, and with it the guardian.
        var pending: ((Result<EndedHandshake, any Error>) -> Void)? = whenEnded
        func end(_ result: Result<EndedHandshake, any Error>) {
            let told = pending
            pending = nil
            told?(result)
        }
        let guardian = HandshakeGuard(
            loop: self.proxy,
            milliseconds: self.admission.handshakeMilliseconds,
            whenFailed: { end(.failure(ChannelError.eof)) },
            whenDone: { channel, negotiated in
                channel.pipeline.syncOperations.removeHandler(observer, promise: nil)
                var facts = TLSFacts(
                    HandshakeOutcome(
                        version: handler.tlsVersion,
                        suite: observer.suite,
                        applicationProtocol: negotiated,
                        certificate: tls.facts
                    )
                )
                facts.client = client.facts(handler.peerCertificate)
                end(.success(EndedHandshake(facts: facts, warnings: client.warnings)))
            }
        )
        let channel = handshake.channel
        try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
        let handlers: [any ChannelHandler] = [observer, handler, guardian]
        if let receiver = handshake.receiver {
            try channel.pipeline.syncOperations.addHandlers(handlers, position: .before(receiver))
        } else {
            try channel.pipeline.syncOperations.addHandlers(handlers)
        }
    }
}
