package import NIOCore

/// What a TLS connection is encrypted with, by its number (IANA, "TLS Cipher Suites").
package struct CipherSuite: Sendable, Hashable {
    package let number: UInt16

    package init(_ number: UInt16) {
        self.number = number
    }

    /// The suite that a server has chosen, from the first bytes that it sends: a record with a ServerHello (RFC 8446 §4.1.3,
    /// RFC 5246 §7.4.1.3). That of a HelloRetryRequest is the one of the ServerHello behind it. Nil where it is none.
    package init?(inFlight bytes: ByteBuffer) {
        let start = bytes.readerIndex
        guard bytes.getInteger(at: start, as: UInt8.self) == 22, bytes.getInteger(at: start + 5, as: UInt8.self) == 2,
            // Record, message, version and chance come before the length of the session's name.
            let nameLength = bytes.getInteger(at: start + 43, as: UInt8.self), nameLength <= 32,
            let number = bytes.getInteger(at: start + 44 + Int(nameLength), as: UInt16.self)
        else { return nil }
        self.number = number
    }

    /// The IANA name; the number where it has none that this edge could choose.
    package var name: String { Self.names[self.number] ?? "0x" + String(self.number, radix: 16, uppercase: true) }

    /// Those that BoringSSL knows.
    private static let names: [UInt16: String] = [
        0x000A: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
        0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
        0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
        0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
        0x1301: "TLS_AES_128_GCM_SHA256",
        0x1302: "TLS_AES_256_GCM_SHA384",
        0x1303: "TLS_CHACHA20_POLY1305_SHA256",
        0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0xC027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ]
}
