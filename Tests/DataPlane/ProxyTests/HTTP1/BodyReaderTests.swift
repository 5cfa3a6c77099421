import NIOCore
import TestSupport
import Testing

@testable import Proxy

@Suite struct BodyReaderTests {
    /// What a body comes to that arrives in pieces.
    private struct Outcome: Equatable {
        var passedOn = ""
        /// nil while the body has not ended.
        var ended = false
        var error: HTTP1Error?
        /// What stays for the next message.
        var rest = ""
    }

    private static func read(_ reader: consuming BodyReader, _ pieces: [[UInt8]]) -> Outcome {
        var outcome = Outcome()
        var buffer = ByteBuffer()
        for piece in pieces {
            buffer.writeBytes(piece)
            while !outcome.ended, outcome.error == nil {
                let taken = reader.take(&buffer)
                if taken == .none { break }
                switch taken {
                case .none: break
                case .some(let slice, let ended):
                    outcome.passedOn += String(buffer: slice)
                    outcome.ended = ended
                case .ended: outcome.ended = true
                case .invalid(let error): outcome.error = error
                }
            }
        }
        outcome.rest = String(buffer: buffer)
        return outcome
    }

    private static func chunked(
        _ text: String,
        from source: ChunkWalker.Source = .visitor,
        form: ChunkWalker.Form = .framed
    ) -> Outcome {
        let bytes = Array(text.utf8)
        let whole = Self.read(BodyReader(.chunked, from: source, form: form), [bytes])
        let single = Self.read(BodyReader(.chunked, from: source, form: form), bytes.map { [$0] })
        #expect(whole.passedOn == single.passedOn || whole.error != nil)
        #expect(whole.ended == single.ended)
        #expect(whole.error == single.error)
        return whole
    }

    // MARK: Without chunks

    @Test func `A body of known length ends there, and what follows stays`() {
        let outcome = Self.read(BodyReader(.length(5)), [Array("he".utf8), Array("lloGET".utf8)])
        #expect(outcome == Outcome(passedOn: "hello", ended: true, rest: "GET"))
        #expect(!Self.read(BodyReader(.length(6)), [Array("hello".utf8)]).ended)
    }

    @Test(arguments: [BodyFraming.none, .length(0)])
    func `An empty body has ended before a byte came`(framing: BodyFraming) {
        var reader = BodyReader(framing)
        var buffer = ByteBuffer(string: "GET")
        let isComplete = reader.isComplete
        #expect(isComplete)
        #expect(reader.take(&buffer) == .ended)
        #expect(buffer.readableBytes == 3)
    }

    @Test func `A body until the close is never complete by itself`() {
        var reader = BodyReader(.untilClose)
        var buffer = ByteBuffer(string: "all")
        #expect(reader.take(&buffer) == .some(ByteBuffer(string: "all"), ended: false))
        #expect(reader.take(&buffer) == .none)
        let isComplete = reader.isComplete
        #expect(!isComplete)
    }

    @Test func `Slices share the memory that the bytes arrived in`() throws {
        var reader = BodyReader(.chunked)
        var buffer = ByteBuffer(string: "3\r\nabc\r\n0\r\n\r\n")
        let before = buffer.withUnsafeReadableBytes { $0.baseAddress }
        guard case .some(let slice, ended: true) = reader.take(&buffer) else {
            Issue.record("not taken whole")
            return
        }
        #expect(slice.withUnsafeReadableBytes { $0.baseAddress } == before)
    }

    // MARK: Chunks

    @Test(arguments: [
        "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "A\r\n0123456789\r\na\r\n0123456789\r\n000\r\n\r\n",
        "0005\r\nhello\r\n0\r\n\r\n",
        String(repeating: "0", count: 127) + "1\r\nx\r\n0\r\n\r\n", "2\r\n\r\n\r\n0\r\n\r\n",
    ])
    func `Chunks pass as they came`(text: String) {
        #expect(Self.chunked(text + "GET") == Outcome(passedOn: text, ended: true, rest: "GET"))
    }

    @Test(arguments: [
        ("5\r\nhello\r\n0\r\n\r\n", "hello"), ("2;a=b\r\nhe\r\n3\r\nllo\r\n0;z\r\nX: y\r\n\r\n", "hello"),
        ("0\r\n\r\n", ""),
    ])
    func `The content alone is handed on where chunks are of no use`(text: String, content: String) {
        #expect(Self.chunked(text, form: .content) == Outcome(passedOn: content, ended: true))
    }

    @Test(arguments: [
        "0x5", "+5", "-5", " 5", "", "g", "5g", "5,", "5.0", "80000000", "100000005", "FFFFFFFFFFFFFFFB",
        "10000000000000005",
        "\u{FF15}", "5\u{B}", "5\u{0}", String(repeating: "0", count: 129),
    ])
    func `A size that is no hexadecimal number below 2^31 is refused`(size: String) {
        #expect(Self.chunked("\(size)\r\nhello\r\n0\r\n\r\n").error == .chunk)
    }

    @Test func `The largest size is waited for`() {
        #expect(Self.chunked("7FFFFFFF\r\nhello").error == nil)
    }

    @Test(arguments: [
        "5\nhello\r\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\r0\r\n\r\n",
        "5\r\nhello!\r\n0\r\n\r\n", "5\r\nhello\r\n0\n\n", "5\r\nhello\r\n0\r\n\n", "5\r\nhello\r\n0\r\n\rX",
        "5\r\r\nhello\r\n0\r\n\r\n", "5\r\nhello\rX0\r\n\r\n", "5\r\nhelloX\n0\r\n\r\n", "5\rXhello\r\n0\r\n\r\n",
        "0\r\n\rX\r\n",
    ])
    func `Lines of chunks end with CRLF alone`(text: String) {
        #expect(Self.chunked(text).error != nil)
    }

    @Test func `A body that was refused stays refused`() {
        var reader = BodyReader(.chunked)
        var bad = ByteBuffer(string: "x")
        var good = ByteBuffer(string: "0\r\n\r\n")
        #expect(reader.take(&bad) == .invalid(.chunk))
        #expect(reader.take(&good) == .invalid(.chunk))
        let isComplete = reader.isComplete
        #expect(!isComplete)
    }

    // MARK: Extensions

    @Test(arguments: [
        ";a", ";a=b", ";a=\"b;c\"", ";a=\"\\\"\\\\\"", " ; a = b", "\t;a\t=\t\"\"", ";a;b=c;d", ";a=b ;c",
        ";a=\"b\" ; c",
        ";a=\"\u{E9}\t \"",
    ])
    func `Extensions are left out`(text: String) {
        let outcome = Self.chunked("5\(text)\r\nhello\r\n0\(text)\r\n\r\n")
        #expect(outcome == Outcome(passedOn: "5\r\nhello\r\n0\r\n\r\n", ended: true))
    }

    @Test(arguments: [
        ";", "; ", ";;", ";=b", ";a=", ";a=b c", ";a b", ";a=\"b", ";a=\"b\"c", ";a=\"\u{0}\"", ";a\nb", ";a\rb",
        ";a\u{0}b",
        ";a=\"\u{7F}\"", ";a=\"b\r\n", ";a=b;", ";a ", ";a=b ", " ", "\t", ";\u{E9}", ";a=\"\\\u{1}\"",
    ])
    func `An extension of another form is refused`(text: String) {
        #expect(Self.chunked("5\(text)\r\nhello\r\n0\r\n\r\n").error != nil)
    }

    @Test func `Extensions have limits, for a chunk and for a body`() {
        let long = ";" + String(repeating: "e", count: 1023)
        #expect(Self.chunked("1\(long)\r\nx\r\n0\r\n\r\n").ended)
        #expect(Self.chunked("1\(long)e\r\nx\r\n0\r\n\r\n").error == .chunkExtensionsTooLong)
        let chunk = "1\(long)\r\nx\r\n"
        #expect(Self.chunked(String(repeating: chunk, count: 16) + "0\r\n\r\n").ended)
        #expect(Self.chunked(String(repeating: chunk, count: 16) + "0;\r\n\r\n").error == .chunkExtensionsTooLong)
    }

    @Test func `An upstream may pad a size`() {
        let text = "5  \r\nhello\r\n0 \r\n\r\n"
        #expect(
            Self.chunked(text, from: .upstream) == Outcome(passedOn: "5\r\nhello\r\n0\r\n\r\n", ended: true)
        )
        #expect(Self.chunked(text).error == .chunkExtension)
        #expect(Self.chunked(" 5\r\nhello\r\n0\r\n\r\n", from: .upstream).error == .chunk)
    }

    // MARK: Trailers

    @Test func `Trailer fields pass, but not those that frame, route, allow or describe`() {
        let outcome = Self.chunked(
            "1\r\nx\r\n0\r\nX-T: 1\r\nTransfer-Encoding: x\r\nTransfer_Encoding: x\r\nHost: evil.test\r\nContent-Length: 5\r\nAuthorization: Basic eDp5\r\n"
                + "X-Forwarded-For: 9.9.9.9\r\nx_forwarded_for: 9.9.9.9\r\nSet-Cookie: a\r\nContent-Type: a\r\nX_Real_IP: 1\r\n"
                + "If-Match: a\r\ngrpc-status:0\r\nConnection: a\r\nCookie: b\r\nX-U:\t\r\n\r\nGET"
        )
        let passedOn = "1\r\nx\r\n0\r\nX-T: 1\r\ngrpc-status:0\r\nX-U:\t\r\n\r\n"
        #expect(outcome == Outcome(passedOn: passedOn, ended: true, rest: "GET"))
    }

    @Test func `A section of which nothing may pass ends all the same`() {
        #expect(Self.chunked("0\r\nHost: a\r\n\r\n") == Outcome(passedOn: "0\r\n\r\n", ended: true))
    }

    @Test(arguments: [
        "X : 1", " X: 1", "X", ": 1", "X: a\u{0}", "X: a\n", "X: a\rb", "X: a\r\n b", "X\u{E9}: 1", "\n", "X: \u{7F}",
    ])
    func `A trailer field of another form is refused`(line: String) {
        #expect(Self.chunked("0\r\n\(line)\r\n\r\n").error == .trailer)
        #expect(Self.chunked("0\r\nA: b\r\n\(line)\r\n\r\n").error == .trailer)
    }

    @Test func `Trailer fields have a limit together and in number`() {
        let line = "X: " + String(repeating: "a", count: 1019) + "\r\n"
        #expect(Self.chunked("0\r\n" + String(repeating: line, count: 15) + "\r\n").ended)
        #expect(Self.chunked("0\r\n" + String(repeating: line, count: 16) + "\r\n").error == .trailersTooLong)
        #expect(Self.chunked("0\r\n" + String(repeating: "A: b\r\n", count: 100) + "\r\n").ended)
        #expect(Self.chunked("0\r\n" + String(repeating: "A: b\r\n", count: 101) + "\r\n").error == .trailersTooLong)
    }

    // MARK: Properties

    @Test(arguments: UInt64(0)..<100)
    func `Random content comes back from random chunks, however it is cut`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let content = random.bytes(Int.random(in: 0...3000, using: &random))
        var body: [UInt8] = []
        var plain: [UInt8] = []
        for piece in random.pieces(of: content, atMost: 700) {
            let zeros = String(repeating: "0", count: Int.random(in: 0...3, using: &random))
            let size = Array((zeros + String(piece.count, radix: 16)).utf8)
            let ext = Bool.random(using: &random) ? Array(";name=\"v\(seed)\" ; x".utf8) : []
            body += size + ext + [0x0D, 0x0A] + piece + [0x0D, 0x0A]
            plain += size + [0x0D, 0x0A] + piece + [0x0D, 0x0A]
        }
        let end = Array("0\r\nX-T: \(seed)\r\n\r\n".utf8)
        let pieces = random.pieces(of: body + end + Array("NEXT".utf8), atMost: 100)
        for form in [ChunkWalker.Form.framed, .content] {
            var reader = BodyReader(.chunked, from: .visitor, form: form)
            var buffer = ByteBuffer()
            var passedOn: [UInt8] = []
            for piece in pieces {
                buffer.writeBytes(piece)
                while !reader.isComplete, case .some(let slice, _) = reader.take(&buffer) {
                    passedOn += slice.readableBytesView
                }
            }
            let isComplete = reader.isComplete
            #expect(isComplete)
            #expect(passedOn == (form == .framed ? plain + end : content))
            #expect(String(buffer: buffer) == "NEXT")
        }
    }
}
