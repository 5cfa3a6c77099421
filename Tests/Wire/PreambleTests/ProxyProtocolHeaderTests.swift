import Addressing
import NIOCore
import TestSupport
import Testing

@testable import Preamble

@Suite struct ProxyProtocolHeaderTests {
    private static func route(_ source: String, _ destination: String) throws -> ProxyProtocolHeader {
        ProxyProtocolHeader(
            route: .init(
                source: try NetworkAddress(parsing: source),
                destination: try NetworkAddress(parsing: destination)
            )
        )
    }

    @Test(arguments: [
        ("192.0.2.1:56324", "198.51.100.1:443", "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"),
        ("[2001:db8::1]:1", "[2001:db8::2]:65535", "PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n"),
        ("192.0.2.1:1", "[2001:db8::2]:2", "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 1 2\r\n"),
    ])
    func `Version 1 is a line of text`(source: String, destination: String, expected: String) throws {
        var buffer = ByteBuffer()
        try Self.route(source, destination).write(.v1, into: &buffer)
        #expect(String(buffer: buffer) == expected)
        #expect(buffer.readableBytes <= ProxyProtocolHeader.maximumLengthV1)
    }

    @Test func `Version 2 has the bytes of the specification`() throws {
        var buffer = ByteBuffer()
        try Self.route("192.0.2.1:56324", "198.51.100.1:443").write(.v2, into: &buffer)
        #expect(Array(buffer.readableBytesView).hex == "0d0a0d0a000d0a515549540a2111000cc0000201c6336401dc0401bb")
    }

    @Test func `The longest header of version 1 fits its limit`() throws {
        var buffer = ByteBuffer()
        let longest = "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"
        try Self.route(longest, longest).write(.v1, into: &buffer)
        #expect(buffer.readableBytes <= ProxyProtocolHeader.maximumLengthV1)
        #expect(try ProxyProtocolHeader.read(from: &buffer) == Self.route(longest, longest))
    }

    @Test(arguments: UInt64(0)..<200) func `A header reads back as it was written, however it arrives`(seed: UInt64)
        throws
    {
        var random = SeededGenerator(seed: seed)
        let header = Self.randomHeader(using: &random)
        let version: ProxyProtocolHeader.Version = Bool.random(using: &random) ? .v1 : .v2
        var written = ByteBuffer()
        header.write(version, into: &written)
        written.writeString("GET /")

        var buffer = ByteBuffer()
        var found: ProxyProtocolHeader?
        for piece in random.pieces(of: Array(written.readableBytesView), atMost: 30) {
            buffer.writeBytes(piece)
            if found == nil { found = try ProxyProtocolHeader.read(from: &buffer) }
        }
        let expected = version == .v1 ? ProxyProtocolHeader(route: header.route) : header
        // A header without addresses is LOCAL, whose values are not read.
        #expect(found == (header.route == nil ? ProxyProtocolHeader(route: nil) : expected))
        #expect(String(buffer: buffer) == "GET /")
    }

    private static func randomHeader(using random: inout SeededGenerator) -> ProxyProtocolHeader {
        let isIPv4 = Bool.random(using: &random)
        func end() -> NetworkAddress {
            let ip =
                isIPv4
                ? IPAddress(v4: .random(in: 0 ... .max, using: &random))
                : IPAddress(high: .random(in: 1 ... .max, using: &random), low: .random(in: 0 ... .max, using: &random))
            return NetworkAddress(ip: ip, port: .random(in: 0 ... .max, using: &random))
        }
        guard Int.random(in: 0..<8, using: &random) > 0 else { return ProxyProtocolHeader(route: nil) }
        let route = ProxyProtocolHeader.Route(source: end(), destination: end())
        let values = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            ProxyProtocolHeader.TypedValue(
                type: .random(in: 0xE0...0xEF, using: &random),
                value: random.bytes(.random(in: 0...200, using: &random))
            )
        }
        return ProxyProtocolHeader(route: route, values: values)
    }

    @Test(arguments: UInt64(0)..<300) func `A damaged header is read or refused, and refused bytes stay`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var buffer = ByteBuffer()
        Self.randomHeader(using: &random).write(Bool.random(using: &random) ? .v1 : .v2, into: &buffer)
        var bytes = Array(buffer.readableBytesView)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
        }
        bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        var damaged = ByteBuffer(bytes: bytes)
        do throws(ProxyProtocolError) {
            let header = try ProxyProtocolHeader.read(from: &damaged)
            #expect(header != nil || damaged.readableBytes == bytes.count)
        } catch {
            #expect(damaged.readableBytes == bytes.count)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n", ProxyProtocolError.missing), ("PROXX", .missing), ("\r\n\r\n\0\r\nQUIX", .missing),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", .malformed), ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rX", .malformed),
        ("PROXY UNKNOWNX\r\n", .malformed), ("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", .malformed),
        ("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n", .malformed), ("PROXY \r\n", .malformed),
    ])
    func `Bytes that cannot become a header are refused at once`(text: String, expected: ProxyProtocolError) {
        var buffer = ByteBuffer(string: text)
        #expect(throws: expected) { try ProxyProtocolHeader.read(from: &buffer) }
    }

    @Test func `A line that does not end is refused at its limit, not later`() throws {
        let start = "PROXY UNKNOWN "
        var fitting = ByteBuffer(string: start + String(repeating: "a", count: 107 - start.utf8.count - 2) + "\r\n")
        #expect(try ProxyProtocolHeader.read(from: &fitting) == ProxyProtocolHeader(route: nil))
        for end in ["a", "\r"] {
            var endless = ByteBuffer(string: start + String(repeating: "a", count: 106 - start.utf8.count))
            #expect(try ProxyProtocolHeader.read(from: &endless) == nil)
            endless.writeString(end)
            #expect(throws: ProxyProtocolError.tooLong) { try ProxyProtocolHeader.read(from: &endless) }
        }
    }

    @Test func `A length above the limit is refused before its bytes come`() {
        var buffer = ByteBuffer(bytes: ProxyProtocolHeader.signatureV2 + [0x21, 0x11, 0x10, 0x01])
        #expect(throws: ProxyProtocolError.tooLong) { try ProxyProtocolHeader.read(from: &buffer) }
        buffer = ByteBuffer(bytes: ProxyProtocolHeader.signatureV2 + [0x20, 0x00, 0xFF, 0xFF])
        #expect(throws: ProxyProtocolError.tooLong) { try ProxyProtocolHeader.read(from: &buffer) }
    }

    @Test func `A checksum is that of the header with its own bytes blank`() throws {
        #expect(CRC32C.checksum(of: "123456789".utf8) == 0xE306_9283)
        var buffer = ByteBuffer()
        let blank = ProxyProtocolHeader.TypedValue(type: ProxyProtocolHeader.TypedValue.checksum, value: [0, 0, 0, 0])
        let route = try Self.route("192.0.2.1:1", "192.0.2.2:2").route
        ProxyProtocolHeader(route: route, values: [blank]).write(.v2, into: &buffer)
        let sum = CRC32C.checksum(of: buffer.readableBytesView)
        buffer.setInteger(sum, at: buffer.writerIndex - 4)
        #expect(try ProxyProtocolHeader.read(from: &buffer) == ProxyProtocolHeader(route: route))

        ProxyProtocolHeader(route: route, values: [blank]).write(.v2, into: &buffer)
        #expect(throws: ProxyProtocolError.checksum) { try ProxyProtocolHeader.read(from: &buffer) }
    }

    @Test func `Values that do not fit a header are left out`() throws {
        let large = ProxyProtocolHeader.TypedValue(type: 0xE0, value: [UInt8](repeating: 1, count: 65_530))
        let small = ProxyProtocolHeader.TypedValue(type: 0xE1, value: [1])
        var buffer = ByteBuffer()
        let route = try Self.route("192.0.2.1:1", "192.0.2.2:2").route
        ProxyProtocolHeader(route: route, values: [large, small]).write(.v2, into: &buffer)
        #expect(try ProxyProtocolHeader.read(from: &buffer) == ProxyProtocolHeader(route: route, values: [small]))
    }
}

@Suite struct NetworkAddressConversionTests {
    @Test(arguments: ["192.0.2.1:443", "[2001:db8::1]:1", "[::1]:65535", "0.0.0.0:0"])
    func `An address survives the way through NIO's`(text: String) throws {
        let address = try NetworkAddress(parsing: text)
        let socket = try SocketAddress(address)
        #expect(NetworkAddress(socket) == address)
        #expect(socket.port == Int(address.port))
        #expect(try socket.ipAddress.map { try IPAddress(parsing: $0) } == address.ip)
    }

    @Test func `A mapped address of a dual-stack socket is IPv4`() throws {
        let socket = try SocketAddress(ipAddress: "::ffff:192.0.2.1", port: 80)
        #expect(NetworkAddress(socket)?.description == "192.0.2.1:80")
    }

    @Test func `A Unix socket has no address`() throws {
        #expect(NetworkAddress(try SocketAddress(unixDomainSocketPath: "/tmp/x")) == nil)
    }
}
