import Addressing
import Model
import NIOCore
import NIOSSL
import PolicyEngine
import Preamble
import Proxy

/// A visitor's connection to HTTPS endpoints, from the ClientHello until HTTP is spoken over it. On its event loop.
///
///     ClientHello ──▶ rules ──▶ handshake ──────────▶ HTTP
///                       │           ▲ as the rules say
///                       └▶ handshake ──▶ rules again: those that ask what came of it
final class VisitorOpening {
    private let loop: EdgeLoop
    private let channel: any Channel
    private var visitor: Visitor
    private let hello: ClientHello
    /// The rules that wait for the handshake.
    private var waiting: WaitingConnection?
    /// What came of the handshake, for rules that are not through when it is done.
    private var ended: EndedHandshake?

    init(_ visitor: Visitor, _ hello: ClientHello, _ loop: EdgeLoop, _ channel: any Channel) {
        self.visitor = visitor
        self.hello = hello
        self.loop = loop
        self.channel = channel
    }

    /// Asks the rules, and answers the handshake.
    func begin() throws {
        let name = Array((self.hello.serverName ?? "").utf8)
        let verdict = self.loop.proxy.judge(self.visitor, serverName: name) { settings, policy in
            self.answerForRules(settings, policy)
        }
        switch verdict {
        case .refused: self.channel.close(promise: nil)
        case .waits(let waiting):
            self.waiting = waiting
            waiting.whenThrough(in: self.loop.proxy.environment) { self.areThrough($0) }
        case .passes(let judged):
            if let judged, let settings = judged.beginHandshake() {
                self.answer(settings, judged)
            } else {
                try self.answer(judged)
            }
        }
    }

    // MARK: The handshake

    /// Answers it as it is where no policy says how; what was agreed on by ALPN decides who speaks next.
    private func answer(_ judged: ConnectionJudgement?) throws {
        let served = self.loop.served(for: self.hello.host, self.hello.serverName)
        let observer = CipherSuiteObserver()
        let guardian = HandshakeGuard(
            loop: self.loop.proxy,
            milliseconds: self.loop.admission.handshakeMilliseconds,
            whenFailed: judged.map { judged in { judged.report(in: self.loop.proxy.environment) } }
        ) { channel, negotiated in
            let pipeline = channel.pipeline.syncOperations
            let outcome = HandshakeOutcome(
                version: try pipeline.nioSSL_tlsVersion(),
                suite: observer.suite,
                applicationProtocol: negotiated,
                certificate: served.facts
            )
            pipeline.removeHandler(observer, promise: nil)
            let hello = self.hello
            self.visitor = self.visitor.telling { TLSFacts(hello, outcome) }
            judged?.handshakeEnded(of: self.visitor)
            try self.speak(negotiated, judged)
        }
        // Nobody who speaks TLS to us half-closes and goes on listening; but a peer that closes TCP without a word of
        // TLS would be waited for, if its end could be a half close.
        try self.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
        try self.channel.pipeline.syncOperations.addHandlers([
            observer, NIOSSLServerHandler(context: served.context), guardian,
        ])
    }

    /// Answers it as the rules say, which are through.
    private func answer(_ settings: TLSTermination, _ judged: ConnectionJudgement) {
        self.answer(as: settings) { result in
            switch result {
            case .success(let ended):
                judged.handshakeEnded(of: self.visitor, warnings: ended.warnings)
                self.speakOrClose(ended, judged)
            case .failure: judged.report(in: self.loop.proxy.environment)
            }
        }
    }

    /// Answers it for rules that ask what came of it.
    private func answerForRules(_ settings: TLSTermination, _ policy: PolicyEngine.Exchange) -> EventLoopFuture<Void> {
        let promise = self.loop.proxy.eventLoop.makePromise(of: Void.self)
        self.answer(as: settings) { result in
            switch result {
            case .success(let ended):
                self.ended = ended
                policy.connection.tls = self.visitor.tlsFacts
                policy.handshakeEnded(warnings: ended.warnings)
                promise.succeed()
            case .failure(let error): promise.fail(error)
            }
        }
        return promise.futureResult
    }

    private func answer(
        as settings: TLSTermination,
        whenEnded: @escaping (Result<EndedHandshake, any Error>) -> Void
    ) {
        let handshake = PolicyHandshake(
            self.channel,
            as: settings,
            serverName: self.hello.serverName,
            isHTTP: true
        )
        self.loop.answer(handshake) { result in
            if case .success(let ended) = result {
                let hello = self.hello
                self.visitor = self.visitor.telling { TLSFacts(hello).joining(ended.facts) }
            }
            whenEnded(result)
        }
    }

    // MARK: Behind it

    /// The rules that waited are through: it is known what came of the handshake.
    private func areThrough(_ verdict: ConnectionVerdict) {
        self.waiting = nil
        guard case .passes(let judged) = verdict, let ended else {
            self.channel.close(promise: nil)
            return
        }
        self.speakOrClose(ended, judged)
    }

    private func speakOrClose(_ ended: EndedHandshake, _ judged: ConnectionJudgement?) {
        do {
            try self.speak(ended.facts.applicationProtocol, judged)
        } catch {
            // The channel closed in the meantime: there is no place to add handlers to.
            self.channel.close(promise: nil)
        }
    }

    private func speak(_ protocolName: String?, _ judged: ConnectionJudgement?) throws {
        let pipeline = self.channel.pipeline.syncOperations
        let (proxy, visitor, name) = (self.loop.proxy, self.visitor, self.hello.host?.text)
        if protocolName == "h2" {
            try pipeline.addHandler(
                HTTP2VisitorHandler(loop: proxy, visitor: visitor, serverName: name, judged: judged)
            )
        } else {
            try pipeline.addHandler(
                HTTP1VisitorHandler(loop: proxy, visitor: visitor, serverName: name, judged: judged)
            )
        }
    }
}
