import NIOCore
import Preamble
import TestSupport
import Testing

/// Fingerprints of clients. The first one is the example of the method's own description.
@Suite struct JA4Tests {
    private static func hello(_ bytes: [UInt8]) throws -> ClientHello {
        var reader = ClientHelloReader()
        guard case .hello(let hello) = reader.read(ByteBuffer(bytes: bytes)) else { throw Malformed() }
        return hello
    }

    private struct Malformed: Error {}

    /// What the example's browser offers, with numbers that stand for nothing in three places.
    private static var browser: ClientHelloBytes {
        var bytes = ClientHelloBytes(supportedVersions: [0x7A7A, 0x0304, 0x0303])
        bytes.cipherSuites = [
            0x3A3A, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC013, 0xC014, 0x009C,
            0x009D, 0x002F, 0x0035,
        ]
        let algorithms: [UInt16] = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]
        bytes.extraExtensions = [
            (0x1A1A, []), (0x000D, ClientHelloBytes.vector16(algorithms.flatMap(ClientHelloBytes.word))),
        ]
        let others: [UInt16] = [
            0x001B, 0x0033, 0x4469, 0x0017, 0x002D, 0x0005, 0x0023, 0x0012, 0xFF01, 0x000B, 0x000A, 0x0015,
        ]
        bytes.extraExtensions += others.map { ($0, []) }
        return bytes
    }

    @Test func `A browser's fingerprint is the one that the method's description prints`() throws {
        #expect(try Self.hello(Self.browser.records()).ja4 == "t13d1516h2_8daaf6152771_e5627efa2ab1")
    }

    @Test func `A client that shuffles what it offers keeps its fingerprint`() throws {
        var bytes = Self.browser
        bytes.cipherSuites.reverse()
        bytes.extraExtensions.reverse()
        #expect(try Self.hello(bytes.records()).ja4 == "t13d1516h2_8daaf6152771_e5627efa2ab1")
    }

    @Test func `The order of signature algorithms counts`() throws {
        var bytes = Self.browser
        bytes.extraExtensions[1].value[2..<6] = [0x08, 0x04, 0x04, 0x03]
        let ja4 = try Self.hello(bytes.records()).ja4
        #expect(ja4.hasPrefix("t13d1516h2_8daaf6152771_") && !ja4.hasSuffix("e5627efa2ab1"))
    }

    @Test func `OpenSSL has its own`() throws {
        let hello = try Self.hello([UInt8](hex: openSSLClientHello))
        #expect(hello.ja4 == "t13d1812h2_85036bcba153_d41ae481755e")
    }

    @Test func `A hello without extensions has zeros in their place`() throws {
        var bytes = ClientHelloBytes()
        bytes.hasExtensions = false
        #expect(try Self.hello(bytes.records()).ja4 == "t12i020000_62ed6f6ca7ad_000000000000")
        bytes.cipherSuites = [0x0A0A]
        #expect(try Self.hello(bytes.records()).ja4 == "t12i000000_000000000000_000000000000")
    }

    @Test(arguments: [
        ("http/1.1", "h1"), ("h2", "h2"), ("h", "hh"), ("a-", "6d"), ("\u{1}b", "02"),
    ])
    func `The protocol is told by its ends, or by those of its digits`(name: String, expected: String) throws {
        let bytes = ClientHelloBytes(applicationProtocols: [name, "other"])
        #expect(try Self.hello(bytes.records()).ja4.dropFirst(8).prefix(2) == expected)
        let none = ClientHelloBytes(applicationProtocols: [])
        #expect(try Self.hello(none.records()).ja4.dropFirst(8).prefix(2) == "00")
    }
}

@Suite struct CipherSuiteTests {
    /// A ServerHello in a record, as far as the suite.
    private static func flight(sessionName: Int, suite: UInt16) -> [UInt8] {
        let hello: [UInt8] = [3, 3] + [UInt8](repeating: 5, count: 32) + [UInt8(sessionName)]
        let body = hello + [UInt8](repeating: 6, count: sessionName) + ClientHelloBytes.word(suite) + [0]
        let message = [2] + ClientHelloBytes.word24(body.count) + body
        return [22, 3, 3] + ClientHelloBytes.vector16(message)
    }

    @Test(arguments: [
        (0, UInt16(0x1301), "TLS_AES_128_GCM_SHA256"), (32, 0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        (32, 0xFFFE, "0xFFFE"),
    ])
    func `The suite stands behind the session's name`(sessionName: Int, number: UInt16, name: String) throws {
        let flight = ByteBuffer(bytes: Self.flight(sessionName: sessionName, suite: number))
        #expect(CipherSuite(inFlight: flight)?.name == name)
    }

    @Test func `An alert, and anything that is cut, has none`() {
        #expect(CipherSuite(inFlight: ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, 40])) == nil)
        let flight = Self.flight(sessionName: 32, suite: 0x1301)
        for count in 0..<(44 + 32 + 2) {
            #expect(CipherSuite(inFlight: ByteBuffer(bytes: flight.prefix(count))) == nil)
        }
    }
}
