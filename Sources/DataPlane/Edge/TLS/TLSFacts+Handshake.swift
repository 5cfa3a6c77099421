import NIOSSL
import PolicyEngine
import Preamble
import Proxy

extension TLSFacts {
    /// What is known before the handshake is answered.
    init(_ hello: ClientHello) {
        self.init()
        self.serverName = hello.serverName ?? ""
        self.ja4Fingerprint = hello.ja4
    }

    /// What is known when it is done.
    init(_ hello: ClientHello, _ outcome: HandshakeOutcome) {
        self = TLSFacts(hello).joining(TLSFacts(outcome))
    }

    /// What the handshake alone tells.
    init(_ outcome: HandshakeOutcome) {
        self.init()
        self.version =
            switch outcome.version {
            case .tlsv13: "1.3"
            case .tlsv12: "1.2"
            default: ""
            }
        self.cipherSuite = outcome.suite?.name ?? ""
        self.applicationProtocol = outcome.applicationProtocol ?? ""
        self.server = outcome.certificate
    }
}

/// What a handshake has agreed on.
struct HandshakeOutcome: Sendable {
    let version: TLSVersion?
    let suite: CipherSuite?
    /// By ALPN.
    let applicationProtocol: String?
    /// The certificate that the edge served.
    let certificate: CertificateFacts?
}
