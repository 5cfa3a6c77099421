import Testing

@testable import PolicyEngine

@Suite struct ResponseCompressionTests {
    private static let documented: [ContentCoding] = [.gzip, .deflate, .brotli, .compress]

    @Test(
        arguments: [
            ([], nil), ([""], nil), (["gzip"], .gzip), (["br"], .brotli), (["GZip"], .gzip), (["x-gzip"], .gzip),
            (["X-Compress"], .compress), (["*"], .gzip), (["*;q=0"], nil), (["gzip;q=0"], nil),
            (["gzip;q=0, *"], .deflate),
            (["gzip;q=0.5, br;q=0.8"], .brotli), (["br;q=0.8", "gzip;q=0.9"], .gzip), (["br, gzip, deflate"], .gzip),
            (["gzip;q=0.001"], .gzip), (["gzip; q=0.5 , br ;Q=0.6"], .brotli), (["gzip;q=1.000"], .gzip),
            (["identity"], nil), (["identity;q=0.5, gzip;q=0.5"], .gzip), (["identity, gzip;q=0.5"], nil),
            (["gzip;q=1.5, br"], .brotli), (["gzip;q=x"], nil), (["gzip;q=0.1234"], nil), (["gzip;level=9"], nil),
            (["gzip;q=0, gzip"], nil), (["zstd"], nil), (["exi, sdch"], nil), ([",, gzip,"], .gzip),
        ] as [([String], ContentCoding?)]
    )
    func `The coding with the highest weight is taken, the first of those that are equal`(
        values: [String],
        expected: ContentCoding?
    ) {
        #expect(AcceptEncoding(values).preferred(among: Self.documented) == expected)
    }

    @Test func `Among equals the order of the configuration decides`() {
        let accepted = AcceptEncoding(["gzip, br, zstd"])
        #expect(accepted.preferred(among: [.brotli, .gzip]) == .brotli)
        #expect(accepted.preferred(among: [.zstd, .gzip]) == .zstd)
        #expect(accepted.preferred(among: [.compress]) == nil)
    }

    private func decide(
        _ lines: [(String, String)],
        status: Int = 200,
        hasBody: Bool = true,
        accepting: String = "gzip"
    ) -> ResponseCompression {
        let head = ExchangeHeadTests.head(lines)
        return ResponseCompression(
            of: head,
            status: status,
            hasBody: hasBody,
            acceptEncoding: [accepting],
            allowed: Self.documented
        )
    }

    @Test func `Skipped is what has a coding, no body, a range, or may not be transformed`() {
        #expect(self.decide([]) == .compress(.gzip))
        #expect(self.decide([("Content-Encoding", "br")]) == .alreadyCompressed)
        #expect(self.decide([("Content-Encoding", "identity")]) == .compress(.gzip))
        #expect(self.decide([], hasBody: false) == .unchanged)
        #expect(self.decide([("Content-Range", "bytes 0-1/9")], status: 206) == .unchanged)
        #expect(self.decide([("Cache-Control", "max-age=1, No-Transform")]) == .unchanged)
        #expect(self.decide([("Cache-Control", "max-age=1")]) == .compress(.gzip))
        #expect(self.decide([], accepting: "zstd") == .unchanged)
    }

    @Test func `The head of a compressed response says so, and nothing of the bytes before`() {
        var head = ExchangeHeadTests.head([
            ("ETag", "\"abc\""), ("Vary", "Origin"), ("Accept-Ranges", "bytes"), ("Content-MD5", "x"),
            ("Content-Type", "text/html"),
        ])
        head.becomeCompressed(with: .brotli)
        #expect(head.values("content-encoding") == ["br"])
        #expect(head.values("etag") == ["W/\"abc\""])
        #expect(head.values("vary") == ["Origin", "Accept-Encoding"])
        #expect(head.values("content-type") == ["text/html"])
        #expect(!head.contains("accept-ranges") && !head.contains("content-md5"))
    }

    @Test(arguments: ["*", "accept-encoding", "Origin, Accept-Encoding"])
    func `Vary is not said twice`(value: String) {
        var head = ExchangeHeadTests.head([("Vary", value), ("ETag", "W/\"1\"")])
        head.becomeCompressed(with: .gzip)
        #expect(head.values("vary") == [value])
        #expect(head.values("etag") == ["W/\"1\""])
    }
}
