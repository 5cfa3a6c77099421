import Model
import NIOCore
import NIOSSL

/// How the streams of one endpoint are decrypted here. The same on every leg.
struct Termination: Sendable {
    let tls: NIOSSLContext
    /// A PROXY header stands before TLS, in clear.
    let hasProxyHeader: Bool

    /// - Returns: nil where TLS does not end here.
    /// - Throws: `.invalidConfiguration` where a certificate or the key cannot be used, or the endpoint has no TLS that
    ///   could end here.
    init?(_ options: EndpointOptions) throws(PorticoError) {
        guard let wish = options.tlsTermination else { return nil }
        guard try options.wish().scheme == .tls else {
            throw Self.refusal(
                "TLS that ends in the agent needs an endpoint of TLS.",
                "Give it a URL that begins with tls://, or leave the certificate out."
            )
        }
        self.tls = try Self.context(wish)
        self.hasProxyHeader = options.proxyProtocol != nil
    }

    private static func context(_ wish: TLSTermination) throws(PorticoError) -> NIOSSLContext {
        guard wish.minimumVersion == .v1_2 || wish.maximumVersion == .v1_3 else {
            throw Self.refusal("The oldest version of TLS is newer than the newest.", "Exchange the two.")
        }
        let chain = try Self.certificates(wish.certificates)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try Self.key(wish.privateKey))
        )
        configuration.minimumTLSVersion = wish.minimumVersion.library
        configuration.maximumTLSVersion = wish.maximumVersion.library
        if !wish.visitorAuthorities.isEmpty {
            var authorities: [NIOSSLCertificate] = []
            for pem in wish.visitorAuthorities { authorities += try Self.certificates(pem) }
            configuration.trustRoots = .certificates(authorities)
            configuration.certificateVerification = .noHostnameVerification
            // A visitor with several certificates knows by them which one is wanted.
            configuration.sendCANameList = true
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Self.refusal(
                "TLS cannot be ended with \(wish.certificates) and \(wish.privateKey).",
                "The key must be that of the first certificate."
            )
        }
    }

    private static func certificates(_ pem: TLSTermination.PEM) throws(PorticoError) -> [NIOSSLCertificate] {
        let found: [NIOSSLCertificate]?
        switch pem {
        case .file(let path): found = try? NIOSSLCertificate.fromPEMFile(path)
        case .bytes(let bytes): found = try? NIOSSLCertificate.fromPEMBytes(bytes)
        }
        guard let found, !found.isEmpty else {
            throw Self.refusal(
                "No certificates can be read from \(pem).",
                "It must exist, be readable, and hold one or more certificates in PEM."
            )
        }
        return found
    }

    private static func key(_ pem: TLSTermination.PEM) throws(PorticoError) -> NIOSSLPrivateKey {
        do {
            switch pem {
            case .file(let path): return try NIOSSLPrivateKey(file: path, format: .pem)
            case .bytes(let bytes): return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
            }
        } catch {
            // What the library says may quote what it could not read.
            throw Self.refusal(
                "No private key can be read from \(pem).",
                "It must exist, be readable, and hold one key in PEM that no password protects."
            )
        }
    }

    private static func refusal(_ message: String, _ remedy: String) -> PorticoError {
        PorticoError(.invalidConfiguration, code: ErrorCode.configurationInvalid.name, message, remedy: remedy)
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
