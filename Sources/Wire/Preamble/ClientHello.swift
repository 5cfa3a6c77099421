package import Addressing

/// What a TLS client says first, as far as it decides where the connection goes (RFC 8446 4.1.2).
package struct ClientHello: Sendable, Equatable {
    /// The host name that the client asked for (RFC 6066 3), as it was sent; nil when it named none.
    package let serverName: String?
    /// `serverName` as a host name; nil when it is none, so that no endpoint can have it.
    package let host: HostName?
    /// The protocols that the client offers by ALPN, in its order; bytes that are not UTF-8 are replaced. Empty
    /// without the extension.
    package let applicationProtocols: [String]
    /// The version field of the message, which stays at 0x0303 in TLS 1.3.
    package let legacyVersion: UInt16
    /// The versions of the extension of that name, in the client's order; empty without it.
    package let supportedVersions: [UInt16]

    /// The newest version that the client offers, made-up ones (RFC 8701) left out.
    package var newestVersion: UInt16 {
        let real = self.supportedVersions.filter { $0 & 0x0F0F != 0x0A0A || $0 >> 8 != $0 & 0xFF }
        return real.max() ?? self.legacyVersion
    }
}
