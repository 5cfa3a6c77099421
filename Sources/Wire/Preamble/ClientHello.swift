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
    /// In the client's order, made-up ones (RFC 8701) among them; as are the two below.
    package let cipherSuites: [UInt16]
    /// The types of the extensions.
    package let extensions: [UInt16]
    /// Of the extension of that name; empty without it.
    package let signatureAlgorithms: [UInt16]
    /// The bytes of the first protocol that the client offers by ALPN; empty without the extension.
    package let firstApplicationProtocol: [UInt8]

    /// The newest version that the client offers, made-up ones (RFC 8701) left out.
    package var newestVersion: UInt16 {
        self.supportedVersions.filter { !Self.isMadeUp($0) }.max() ?? self.legacyVersion
    }

    /// Whether a number is one of those that stand for nothing, and are sent to keep servers tolerant (RFC 8701).
    static func isMadeUp(_ number: UInt16) -> Bool { number & 0x0F0F == 0x0A0A && number >> 8 == number & 0xFF }
}
