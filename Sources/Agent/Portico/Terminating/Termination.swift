import Certificates
import Model
import NIOCore
import NIOSSL

/// How the streams of one endpoint are decrypted here. The same on every leg.
struct Termination: Sendable {
    private let configuration: TLSConfiguration
    /// For visitors who are asked for no certificate: their sessions are resumed.
    private let shared: NIOSSLContext
    /// Who judges the certificates of visitors; nil where none is asked for.
    private let authorities: ClientAuthorities?
    /// A PROXY header stands before TLS, in clear.
    let hasProxyHeader: Bool

    /// - Returns: nil where TLS does not end here.
    /// - Throws: `.invalidConfiguration` where a certificate or the key cannot be used, or the endpoint has no TLS that
    ///   could end here.
    init?(_ options: EndpointOptions) throws(PorticoError) {
        guard let wish = options.tlsTermination else { return nil }
        guard try options.wish().scheme == .tls else {
            throw TerminationFiles.refusal(
                "TLS that ends in the agent needs an endpoint of TLS.",
                "Give it a URL that begins with tls://, or leave the certificate out."
            )
        }
        self.authorities = try TerminationFiles.authorities(wish.visitorAuthorities)
        self.configuration = try Self.configuration(wish, self.authorities)
        do {
            self.shared = try NIOSSLContext(configuration: self.configuration)
        } catch {
            throw TerminationFiles.refusal(
                "TLS cannot be ended with \(wish.certificates) and \(wish.privateKey).",
                "The key must be that of the first certificate."
            )
        }
        self.hasProxyHeader = options.proxyProtocol != nil
    }

    private static func configuration(
        _ wish: TLSTermination,
        _ authorities: ClientAuthorities?
    ) throws(PorticoError) -> TLSConfiguration {
        guard wish.minimumVersion == .v1_2 || wish.maximumVersion == .v1_3 else {
            throw TerminationFiles.refusal("The oldest version of TLS is newer than the newest.", "Exchange the two.")
        }
        guard wish.applicationProtocols.allSatisfy({ (1...255).contains($0.utf8.count) }) else {
            throw TerminationFiles.refusal(
                "A protocol inside TLS has no name, or one of more than 255 bytes.",
                "Give the names of ALPN: h2, http/1.1."
            )
        }
        let chain = try TerminationFiles.certificates(wish.certificates)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try TerminationFiles.key(wish.privateKey))
        )
        configuration.minimumTLSVersion = wish.minimumVersion.library
        configuration.maximumTLSVersion = wish.maximumVersion.library
        configuration.applicationProtocols = wish.applicationProtocols
        guard let authorities else { return configuration }
        // The library asks for the certificate; ``authorities`` judges it. A visitor with several knows by the names which
        // one is wanted.
        configuration.trustRoots = .certificates(try TerminationFiles.certificates(of: authorities))
        configuration.certificateVerification = .noHostnameVerification
        configuration.sendCANameList = true
        return configuration
    }

    /// What answers one handshake.
    ///
    /// Visitors who are asked for a certificate have a context each, and no session that could be resumed: the library would
    /// let somebody in again whose certificate has run out since.
    func makeHandler() throws -> NIOSSLServerHandler {
        guard let authorities else { return NIOSSLServerHandler(context: self.shared) }
        let context = try NIOSSLContext(configuration: self.configuration)
        return NIOSSLServerHandler(context: context) { chain, promise in
            let bytes = chain.map { (try? $0.toDERBytes()) ?? [] }
            promise.completeWithTask {
                await authorities.refusal(of: bytes) == nil ? .certificateVerified : .failed
            }
        }
    }
}

extension EndpointOptions {
    /// - Throws: `.invalidConfiguration` where TLS shall end here and cannot: it reads the files.
    package func checkTermination() throws(PorticoError) { _ = try Termination(self) }
}

extension TLSTermination.Version {
    fileprivate var library: TLSVersion {
        switch self {
        case .v1_2: .tlsv12
        case .v1_3: .tlsv13
        }
    }
}
