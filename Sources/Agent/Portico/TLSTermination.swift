/// TLS of visitors that ends in this process. The edge passes their bytes on and cannot read them; it needs no certificate
/// and no key for the name.
public struct TLSTermination: Sendable, Hashable {
    /// Where a certificate or a key stands, in PEM. It is read when the endpoint is made.
    public enum PEM: Sendable, Hashable {
        /// The path of a file.
        case file(String)
        case bytes([UInt8])
    }

    public enum Version: String, Sendable, Hashable, CaseIterable {
        case v1_2 = "1.2"
        case v1_3 = "1.3"
    }

    /// The endpoint's own certificate first, then those that vouch for it.
    public var certificates: PEM
    public var privateKey: PEM
    /// Who may have signed the certificates of visitors; where there is any, a visitor without such a certificate is
    /// refused, and reaches no upstream. Lists of what they have revoked (`X509 CRL`) may stand beside the certificates.
    public var visitorAuthorities: [PEM]
    /// What is spoken inside TLS, the preferred first, as ALPN names it: `h2`, `http/1.1`. Visitors choose among it, and an
    /// upstream of TLS is offered what a visitor has chosen. Empty: visitors are told nothing.
    public var applicationProtocols: [String]
    public var minimumVersion: Version
    public var maximumVersion: Version

    public init(
        certificates: PEM,
        privateKey: PEM,
        visitorAuthorities: [PEM] = [],
        applicationProtocols: [String] = [],
        minimumVersion: Version = .v1_2,
        maximumVersion: Version = .v1_3
    ) {
        self.certificates = certificates
        self.privateKey = privateKey
        self.visitorAuthorities = visitorAuthorities
        self.applicationProtocols = applicationProtocols
        self.minimumVersion = minimumVersion
        self.maximumVersion = maximumVersion
    }
}

extension TLSTermination.PEM: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the contents: they may be a key.
    public var description: String {
        switch self {
        case .file(let path): "the file \(path.quotedForDisplay)"
        case .bytes: "the PEM text"
        }
    }

    public var debugDescription: String { self.description }
}
