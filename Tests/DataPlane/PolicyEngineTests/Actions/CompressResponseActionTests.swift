import Expression
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// compress-response (`spec/traffic-policy.md` 4.6).
@Suite struct CompressResponseActionTests {
    /// A response that went through the response phase of a policy with this one action.
    static func exchange(
        _ config: String = "{}",
        accepting: String? = "gzip, br",
        method: String = "GET",
        status: Int = 200,
        fields: [(String, String)] = [("Content-Type", "text/plain")]
    ) throws -> Exchange {
        var fixture = ExchangeFixture()
        fixture.method = method
        if let accepting { fixture.fields.append(("Accept-Encoding", accepting)) }
        let exchange = try fixture.exchange(
            """
            on_http_response:
              - actions:
                  - type: compress-response
                    config: \(config)
            """
        )
        exchange.begin(ResponseState(status: status, head: receivedHead(fields), contentLength: 1000))
        withExtendedLifetime(fixture.host) {
            #expect(exchange.run(.httpResponse)?.brief == "proceed")
        }
        return exchange
    }

    /// The value of a result, as a later expression reads it.
    private func result(_ name: String, of exchange: Exchange) throws -> String {
        let template = try PolicyLanguage.environment(of: .httpResponse)
            .compile(template: "${actions.ngrok.compress.\(name)}")
        return try exchange.text(of: template)
    }

    /// What the visitor gets of a body.
    static func pass(_ pieces: [String], through exchange: Exchange) throws -> [ByteBuffer] {
        var output: [ByteBuffer] = []
        for piece in pieces {
            var next = ByteBuffer()
            for filter in exchange.responseFilters { try filter.push(ByteBuffer(string: piece), into: &next) }
            output.append(next)
        }
        var last = ByteBuffer()
        for filter in exchange.responseFilters { try filter.finish(into: &last) }
        return output + [last]
    }

    @Test(arguments: [
        ("{}", "gzip, deflate, br, compress", "gzip"), ("{}", "deflate, br, compress", "deflate"),
        ("{}", "br, compress", "br"), ("{}", "compress", "compress"), ("null", "gzip", "gzip"),
        ("{algorithms: [br, gzip]}", "gzip, br", "br"), ("{algorithms: [br]}", "gzip, br;q=0.1", "br"),
        ("{algorithms: [zstd, gzip]}", "gzip, zstd", "zstd"), ("{}", "zstd", ""),
        ("{algorithms: [gzip]}", "br", ""), ("{}", "gzip;q=0", ""), ("{}", "x-gzip", "gzip"), ("{}", "*", "gzip"),
    ])
    func `algorithms: the allowed coding that the visitor wants most, in this order`(
        config: String,
        accepted: String,
        expected: String
    ) throws {
        let exchange = try Self.exchange(config, accepting: accepted)
        #expect(exchange.response.head.values("content-encoding") == (expected.isEmpty ? [] : [expected]))
        #expect(try self.result("negotiated_algorithm", of: exchange) == expected)
        #expect(try self.result("already_compressed", of: exchange) == "false")
        #expect(exchange.responseFilters.count == (expected.isEmpty ? 0 : 1))
        #expect(exchange.response.contentLength == (expected.isEmpty ? 1000 : nil))
    }

    @Test func `Without Accept-Encoding nothing changes`() throws {
        let exchange = try Self.exchange(accepting: nil)
        #expect(lines(exchange.response.head) == ["Content-Type: text/plain"])
        #expect(exchange.responseFilters.isEmpty)
    }

    @Test(
        arguments: [
            ("HEAD", 200, []), ("GET", 204, []), ("GET", 304, []), ("GET", 101, []), ("GET", 103, []),
            ("GET", 206, [("Content-Range", "bytes 0-9/100")]), ("GET", 200, [("Cache-Control", "no-transform")]),
            ("GET", 200, [("Content-Encoding", "br")]),
        ] as [(String, Int, [(String, String)])]
    )
    func `Skipped: what has no body, a coding already, a range, or must not be transformed`(
        method: String,
        status: Int,
        fields: [(String, String)]
    ) throws {
        let exchange = try Self.exchange(method: method, status: status, fields: fields)
        #expect(lines(exchange.response.head) == fields.map { "\($0): \($1)" })
        #expect(exchange.responseFilters.isEmpty)
        let isEncoded = fields.contains { $0.0 == "Content-Encoding" }
        #expect(try self.result("already_compressed", of: exchange) == "\(isEncoded)")
        #expect(try self.result("negotiated_algorithm", of: exchange) == "")
    }

    @Test func `Applied: vary is appended and a strong entity tag becomes weak`() throws {
        let exchange = try Self.exchange(fields: [("Vary", "Origin"), ("ETag", "\"1\""), ("Accept-Ranges", "bytes")])
        #expect(
            lines(exchange.response.head) == [
                "Vary: Origin", "content-encoding: gzip", "etag: W/\"1\"", "vary: Accept-Encoding",
            ]
        )
    }

    @Test func `Applied: each piece can be decoded when it comes, so that event streams keep flowing`() throws {
        let exchange = try Self.exchange(accepting: "gzip")
        let pieces = ["data: 1\n\n", "data: 2\n\n"]
        let output = try Self.pass(pieces, through: exchange)
        #expect(try CompressorTests.decodable(Array(output[0].readableBytesView), .gzip) == Array(pieces[0].utf8))
        let both = Array(output[0].readableBytesView) + Array(output[1].readableBytesView)
        #expect(try CompressorTests.decodable(both, .gzip) == Array(pieces.joined().utf8))
    }

    @Test func `Events: the algorithm and the bytes that it saved`() throws {
        let exchange = try Self.exchange(accepting: "gzip")
        let piece = String(repeating: "the same again; ", count: 1000)
        let sent = try Self.pass([piece, piece], through: exchange).reduce(0) { $0 + $1.readableBytes }
        #expect(
            exchange.record.compression
                == PolicyRecord.Compression(algorithm: "gzip", bytesSaved: 2 * piece.utf8.count - sent)
        )
        #expect(sent < 1000)
        #expect(try Self.exchange(accepting: nil).record.compression == nil)
    }

    @Test func `A second action finds the answer compressed`() throws {
        let fixture = ExchangeFixture()
        var twice = fixture
        twice.fields.append(("Accept-Encoding", "gzip"))
        let exchange = try twice.exchange(
            """
            on_http_response:
              - actions:
                  - type: compress-response
                  - type: compress-response
            """
        )
        exchange.begin(ResponseState(status: 200, head: receivedHead([]), contentLength: nil))
        #expect(exchange.run(.httpResponse)?.brief == "proceed")
        #expect(exchange.responseFilters.count == 1)
        #expect(try self.result("already_compressed", of: exchange) == "true")
    }
}
