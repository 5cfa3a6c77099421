import Addressing
import NIOCore
import Preamble
import TestSupport
import Testing

@Suite struct ClientHelloReaderTests {
    private static func read(_ bytes: [UInt8]) -> ClientHelloReader.Result {
        var reader = ClientHelloReader()
        return reader.read(ByteBuffer(bytes: bytes))
    }

    private static func hello(_ bytes: [UInt8]) -> ClientHello? {
        if case .hello(let hello) = Self.read(bytes) { hello } else { nil }
    }

    @Test func `What OpenSSL sends is understood`() throws {
        let hello = try #require(Self.hello([UInt8](hex: openSSLClientHello)))
        #expect(hello.serverName == "Edge.Example.com")
        #expect(hello.host?.text == "edge.example.com")
        #expect(hello.applicationProtocols == ["h2", "http/1.1"])
        #expect(hello.legacyVersion == 0x0303)
        #expect(hello.newestVersion == 0x0304)
    }

    @Test(arguments: UInt64(0)..<100) func `Any split into records and reads gives the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = ClientHelloBytes().records(of: Int.random(in: 1...200, using: &random))
        var reader = ClientHelloReader()
        var received = ByteBuffer()
        for piece in random.pieces(of: bytes, atMost: 40) {
            #expect(reader.read(received) == .incomplete)
            received.writeBytes(piece)
        }
        #expect(try reader.read(received) == .hello(#require(Self.hello(bytes))))
        // What follows does not change what was decided.
        received.writeBytes([0, 1, 2])
        #expect(try reader.read(received) == .hello(#require(Self.hello(bytes))))
    }

    @Test func `A hello without extensions, name or protocols is one`() throws {
        var bytes = ClientHelloBytes()
        bytes.hasExtensions = false
        let bare = try #require(Self.hello(bytes.records()))
        #expect(bare.serverName == nil)
        #expect(bare.newestVersion == 0x0303)
        bytes = ClientHelloBytes(serverName: nil, applicationProtocols: [], supportedVersions: [])
        bytes.extraExtensions = [(0x0A0A, [])]
        let unnamed = try #require(Self.hello(bytes.records()))
        #expect(unnamed.serverName == nil)
        #expect(unnamed.applicationProtocols == [])
    }

    @Test func `Versions that clients make up are not the newest`() throws {
        let bytes = ClientHelloBytes(supportedVersions: [0xFAFA, 0x0304, 0x0303])
        #expect(Self.hello(bytes.records())?.newestVersion == 0x0304)
        #expect(Self.hello(bytes.records())?.supportedVersions == [0xFAFA, 0x0304, 0x0303])
    }

    @Test func `A name that no endpoint can have is kept as it was sent`() throws {
        let hello = try #require(Self.hello(ClientHelloBytes(serverName: Array("a_b.example.com".utf8)).records()))
        #expect(hello.serverName == "a_b.example.com")
        #expect(hello.host == nil)
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n", "\u{16}\u{02}", "SSH-2.0-x\r\n", "\0", "\u{17}\u{03}\u{03}"])
    func `Other protocols are told by their first bytes`(text: String) {
        #expect(Self.read(Array(text.utf8)) == .notTLS)
    }

    @Test func `Nothing is decided before there is something to decide by`() {
        #expect(Self.read([]) == .incomplete)
        #expect(Self.read([22]) == .incomplete)
        #expect(Self.read([22, 3]) == .incomplete)
        #expect(Self.read([22, 3, 1, 0]) == .incomplete)
    }

    @Test(arguments: [
        ("an empty record", [22, 3, 1, 0, 0] as [UInt8]),
        ("a record above its limit", [22, 3, 1, 0x40, 0x01]),
        ("another message", ClientHelloBytes.records([2, 0, 0, 0], of: 100)),
        ("a message above the limit", ClientHelloBytes.records([1, 1, 0, 0], of: 100)),
        ("an alert after a part of it", [22, 3, 1, 0, 1, 1, 21, 3, 1, 0, 2, 1, 0]),
        ("an empty body", ClientHelloBytes.records([1, 0, 0, 0], of: 100)),
    ])
    func `What breaks the rules of TLS is invalid`(what: String, bytes: [UInt8]) {
        #expect(Self.read(bytes) == .invalid, "\(what)")
    }

    @Test(arguments: [
        ("a name twice", (0, [0, 4, 0, 0, 1, 0x61]) as (UInt16, [UInt8])),
        ("protocols cut off", (16, [0, 5, 2, 0x68, 0x32])),
        ("an empty protocol", (16, [0, 1, 0])),
        ("versions of odd length", (43, [3, 3, 4, 3])),
    ])
    func `A malformed extension is invalid`(what: String, extra: (UInt16, [UInt8])) {
        var bytes = ClientHelloBytes(applicationProtocols: [], supportedVersions: [])
        bytes.extraExtensions = [(extra.0, extra.1)]
        #expect(Self.read(bytes.records()) == .invalid, "\(what)")
    }

    @Test(arguments: [[], [0x61, 0x00], [0x20], [0xC3, 0xA4], [UInt8](repeating: 0x61, count: 256)] as [[UInt8]])
    func `A name of bytes that names do not have is invalid`(name: [UInt8]) {
        #expect(Self.read(ClientHelloBytes(serverName: name).records()) == .invalid)
    }

    @Test func `A message of many records is bounded by all of its bytes`() {
        var bytes = ClientHelloBytes()
        bytes.extraExtensions = [(21, [UInt8](repeating: 0, count: 20_000))]
        #expect(Self.hello(bytes.records()) != nil)
        // In records of one byte each the same message takes six times the bytes.
        #expect(Self.read(bytes.records(of: 1)) == .invalid)
    }

    @Test(arguments: UInt64(0)..<500) func `A damaged hello never traps, and prefixes are incomplete`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = ClientHelloBytes().records(of: Int.random(in: 20...300, using: &random))
        #expect(Self.read(Array(bytes.dropLast(Int.random(in: 1...bytes.count, using: &random)))) == .incomplete)
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            damaged[Int.random(in: 0..<damaged.count, using: &random)] = .random(in: 0 ... .max, using: &random)
        }
        if case .hello(let hello) = Self.read(damaged) { #expect(hello.serverName?.isEmpty != true) }
    }
}
