import Foundation
import TestSupport
import Testing

@testable import Proxy

/// What we accept, another reader reads the same: NIO's decoder, which stands on llhttp. Where two readers in a row differ
/// about a message, requests are smuggled between them.
@Suite struct DifferentialTests {
    private static let seeds =
        UInt64(0)..<(ProcessInfo.processInfo.environment["PORTICO_FULL_COUNTS"] == nil ? 60 : 3000)

    /// What we accept and the other refuses, on purpose: each is right by the RFC named.
    private struct Excuse: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let input: String
        let pattern: @Sendable () -> Regex<Substring>
    }

    private static let excuses = [
        Excuse(
            testDescription: "a method that llhttp does not know (RFC 9110 §9.1)",
            input: "QUUX / HTTP/1.1\r\nHost: a.test\r\n\r\n",
            pattern: { /(?m)^(?!(?:GET|POST|PUT|DELETE|PATCH|OPTIONS|HEAD) )[^ :]+ [^ ]+ HTTP/ }
        ),
        Excuse(
            testDescription: "a later minor version (RFC 9110 §2.5)",
            input: "GET / HTTP/1.7\r\nHost: a.test\r\n\r\n",
            pattern: { /HTTP\/1\.[2-9]/ }
        ),
        Excuse(
            testDescription: "a tab behind a value (RFC 9110 §5.5)",
            input: "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\t\r\n\r\n",
            pattern: { /(?i)(?:transfer-encoding|content-length):[^\r]*\t *\r/ }
        ),
        Excuse(
            testDescription: "white space in the extensions of a chunk (RFC 9112 §7.1.1)",
            input: "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n1 ; a = b\r\nx\r\n0\r\n\r\n",
            pattern: { /\n[0-9A-Fa-f]+[^\r\n]*(?:[ \t][;=]|[;=][ \t])/ }
        ),
        Excuse(
            testDescription: "a field of framing as a trailer, which is dropped (RFC 9110 §6.5.1)",
            input: "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\nTransfer-Encoding: x\r\n\r\n",
            pattern: { /(?i)\n0+(?:;[^\r]*)?\r\n(?:[^\r\n]+\r\n)*(?:transfer-encoding|content-length):/ }
        ),
    ]

    private static func isExcused(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        // Not by Characters, of which CRLF is one.
        return Self.excuses.contains { text.contains($0.pattern().matchingSemantics(.unicodeScalar)) }
    }

    private func compare(_ bytes: [UInt8]) {
        let ours = SeenRequest.byProxy(bytes)
        let theirs = SeenRequest.byNIO(bytes)
        for (index, request) in ours.enumerated() {
            let other = index < theirs.count ? theirs[index] : nil
            if other == request { continue }
            if other == nil, Self.isExcused(bytes) { return }
            let shown = bytes.map { String(UnicodeScalar($0)) }.joined().debugDescription
            Issue.record("\(shown): we see \(request), NIO \(other.map { "\($0)" } ?? "nothing")")
            return
        }
    }

    @Test(arguments: Self.seeds)
    func `Damaged requests that we accept are read the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let text = try #require(MutationTests.requests.randomElement(using: &random))
            self.compare(MutationTests.damaged(text, using: &random))
        }
    }

    @Test(arguments: Self.seeds)
    func `Requests of every form that we accept are read the same`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let count = Int.random(in: 1...3, using: &random)
            self.compare((0..<count).flatMap { _ in Self.request(using: &random) })
        }
    }

    @Test func `The published requests that we accept are read the same`() throws {
        for item in try CorpusCase.all() { self.compare(try item.bytes()) }
    }

    @Test(arguments: Self.excuses)
    private func `What is excused is accepted here, and refused there`(excuse: Excuse) {
        #expect(SeenRequest.byProxy(Array(excuse.input.utf8)).count == 1)
        #expect(SeenRequest.byNIO(Array(excuse.input.utf8)).isEmpty)
        #expect(Self.isExcused(Array(excuse.input.utf8)))
    }

    // MARK: Requests by chance

    private static let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]

    private static func request(using random: inout SeededGenerator) -> [UInt8] {
        var lines: [String] = []
        let method = Self.methods.randomElement(using: &random) ?? ""
        let target = ["/", "/a/b?c=d&e", "/%C3%A9;x", "http://a.test/x", "http://a.test", "*", "//x", "/?"]
            .randomElement(using: &random)
        lines.append("\(method) \(target ?? "/") HTTP/1.\(Int.random(in: 0...9, using: &random) == 0 ? 0 : 1)")
        lines.append("Host: a.test")
        for _ in 0..<Int.random(in: 0...6, using: &random) { lines.append(self.field(using: &random)) }
        lines.shuffleTail(using: &random)
        var body: [UInt8] = []
        switch Int.random(in: 0..<4, using: &random) {
        case 0: break
        case 1:
            body = random.bytes(Int.random(in: 0...300, using: &random))
            lines.append("Content-Length:\(self.blanks(using: &random))\(body.count)")
        case 2:
            lines.append("Content-Length: 0")
        default:
            lines.append("Transfer-Encoding: chunked")
            body = self.chunks(using: &random)
        }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8) + body
    }

    private static func field(using random: inout SeededGenerator) -> String {
        let name = [
            "X-A", "accept", "Cookie", "x_y", "!#$%&'*+-.^_`|~", "Connection", "TE", "Via", "Forwarded", "Expect",
        ].randomElement(using: &random)
        let value = [
            "", "1", "a, b", "keep-alive", "close", "trailers", "é", "\"quoted; text\"", "a\tb", "100-continue", "{}",
        ].randomElement(using: &random)
        let blanks = self.blanks(using: &random)
        return "\(name ?? "X"):\(blanks)\(value ?? "")\(self.blanks(using: &random))"
    }

    private static func blanks(using random: inout SeededGenerator) -> String {
        ["", " ", " ", "  ", "\t"].randomElement(using: &random) ?? ""
    }

    private static func chunks(using random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let chunk = random.bytes(Int.random(in: 1...90, using: &random))
            let digits = String(chunk.count, radix: 16, uppercase: Bool.random(using: &random))
            let zeros = String(repeating: "0", count: Int.random(in: 0...2, using: &random))
            let more = ["", "", ";a", ";a=b", ";a=\"b c\"", ";a=b;c"].randomElement(using: &random) ?? ""
            bytes += "\(zeros)\(digits)\(more)\r\n".utf8 + chunk + "\r\n".utf8
        }
        let trailers = ["", "", "X-T: 1\r\n", "X-T: 1\r\nX-U:\r\n"].randomElement(using: &random) ?? ""
        return bytes + "0\r\n\(trailers)\r\n".utf8
    }
}

extension [String] {
    /// Another order of all but the first line.
    fileprivate mutating func shuffleTail(using random: inout SeededGenerator) {
        self = [self[0]] + self.dropFirst().shuffled(using: &random)
    }
}
