import NIOCore
import TestSupport
import Testing

@testable import PolicyEngine

@Suite struct EventStreamTests {
    /// What comes out when the pieces come in: messages as text, and what goes by beside them in angle brackets.
    private func split(_ pieces: [[UInt8]], limit: Int = 1000) throws -> [String] {
        var splitter = EventStreamSplitter(limit: limit)
        var parts: [String] = []
        for piece in pieces {
            splitter.append(ByteBuffer(bytes: piece))
            while let part = try splitter.next() {
                switch part {
                case .message(let message): parts.append(String(buffer: message.bytes))
                case .bytes(let bytes): parts.append("<" + String(buffer: bytes) + ">")
                }
            }
        }
        let rest = splitter.finish()
        return rest.readableBytes == 0 ? parts : parts + ["<" + String(buffer: rest) + ">"]
    }

    private func split(_ text: String) throws -> [String] { try self.split([Array(text.utf8)]) }

    private func message(_ text: String) -> EventStreamMessage { EventStreamMessage(ByteBuffer(string: text)) }

    @Test func `A message ends with its blank line, whatever ends the lines`() throws {
        #expect(try self.split("data: a\n\ndata: b\n\n") == ["data: a\n\n", "data: b\n\n"])
        #expect(try self.split("data: a\r\n\r\nid: 1\r\ndata\r\n\r\n") == ["data: a\r\n\r\n", "id: 1\r\ndata\r\n\r\n"])
        #expect(try self.split("data: a\r\rdata: b\r\r") == ["data: a\r\r", "data: b\r\r"])
        #expect(try self.split("data: a\n\r\ndata: b\r\n\n") == ["data: a\n\r\n", "data: b\r\n\n"])
    }

    @Test func `What belongs to no message goes by`() throws {
        #expect(try self.split("\n\n\ndata: a\n\n\n") == ["<\n>", "<\n>", "<\n>", "data: a\n\n", "<\n>"])
        #expect(try self.split("\u{FEFF}data: a\n\n") == ["<\u{FEFF}>", "data: a\n\n"])
        #expect(try self.split("data: a\n\ndata: cut") == ["data: a\n\n", "<data: cut>"])
        #expect(try self.split("") == [])
    }

    @Test func `A message is handed on with the CR that ends it, though an LF may still come`() throws {
        var splitter = EventStreamSplitter()
        splitter.append(ByteBuffer(string: "data: a\r\n\r"))
        #expect(try splitter.next() == .message(self.message("data: a\r\n\r")))
        #expect(try splitter.next() == nil)
        splitter.append(ByteBuffer(string: "\ndata: b\n\n"))
        #expect(try splitter.next() == .bytes(ByteBuffer(string: "\n")))
        #expect(try splitter.next() == .message(self.message("data: b\n\n")))
    }

    @Test func `A byte order mark may come in pieces`() throws {
        let bytes = Array("\u{FEFF}\ndata: a\n\n".utf8)
        #expect(try self.split(bytes.map { [$0] }) == ["<\u{FEFF}>", "<\n>", "data: a\n\n"])
        #expect(try self.split([[0xEF], [0xBB], [0x0A], [0x0A]]).count == 1)
        #expect(try self.split([[0xEF], [0xBB]]).count == 1)
    }

    @Test(arguments: UInt64(0)..<100)
    func `Wherever the stream is cut, nothing is lost and the messages are the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let ends = ["\n", "\r\n", "\r"]
        let lines = ["data: x", "data", ":comment", "id: 1", "event:e", "retry: 7", "", "", "data:  two spaces"]
        var text = Bool.random(using: &random) ? "\u{FEFF}" : ""
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            text += (lines.randomElement(using: &random) ?? "") + (ends.randomElement(using: &random) ?? "")
        }
        let pieces = random.pieces(of: Array(text.utf8), atMost: 12)
        let parts = try self.split(pieces)
        let joined = parts.joined().replacing("<", with: "").replacing(">", with: "")
        #expect(Array(joined.utf8) == Array(text.utf8))
        func data(_ parts: [String]) -> [[UInt8]?] {
            parts.filter { !$0.utf8.starts(with: "<".utf8) }.map { self.message($0).data }
        }
        #expect(data(parts) == data(try self.split(text)))
    }

    @Test func `A message that is too long ends the stream, before it is kept whole`() throws {
        #expect(throws: EventStreamError.messageTooLong) {
            try self.split([Array("data: ".utf8), Array(repeating: 0x61, count: 95)], limit: 100)
        }
        #expect(throws: EventStreamError.messageTooLong) {
            try self.split([Array(repeating: 0x61, count: 100) + Array("\n\n".utf8)], limit: 100)
        }
        #expect(try self.split([Array(repeating: 0x61, count: 98) + Array("\n\n".utf8)], limit: 100).count == 1)
        #expect(EventStreamSplitter.maximumMessageBytes == 1 << 20)
    }

    @Test(
        arguments: [
            ("data: a\n\n", "a"), ("data:a\n\n", "a"), ("data:  a\n\n", " a"), ("data\n\n", ""),
            ("data: a\ndata: b\n\n", "a\nb"), ("data: a\ndata:\n\n", "a\n"), ("event: x\n\n", nil),
            ("Data: a\n\n", nil), ("dataset: a\n\n", nil), (" data: a\n\n", nil), ("data: a\r\ndata: b\r\r", "a\nb"),
            (":data: a\n\n", nil),
        ] as [(String, String?)]
    )
    func `The data of a message is its data lines, joined`(text: String, expected: String?) {
        #expect(self.message(text).data == expected.map { Array($0.utf8) })
    }

    @Test func `Comments alone are no message`() {
        #expect(!self.message(": still here\n\n").hasFields)
        #expect(self.message(": still here\nretry: 1\n\n").hasFields)
    }

    private func replaced(_ text: String, data: String) -> String {
        var message = self.message(text)
        message.setData(Array(data.utf8))
        return String(buffer: message.serialized(allocator: .init()))
    }

    @Test func `New data takes the place of the old, every other line stays as it was`() {
        #expect(
            self.replaced("id: 1\r\ndata:a\r\nevent: e\r\ndata:b\r\n: c\r\n\r\n", data: "x\ny")
                == "id: 1\r\ndata: x\ndata: y\nevent: e\r\n: c\r\n\r\n"
        )
        #expect(self.replaced("data: a\n\n", data: "") == "data:\n\n")
        #expect(self.replaced("data: a\n\n", data: " a\n") == "data:  a\ndata:\n\n")
        #expect(self.replaced("event: x\n\n", data: "never") == "event: x\n\n")
        // What is left on both sides of a line that went must not become one line end.
        #expect(self.replaced("data:1\nx\rdata:2\n\n", data: "new") == "data: new\nx\r\n\n")
        let untouched = "data:a\r\nretry:  5\r\n\r\n"
        #expect(String(buffer: self.message(untouched).serialized(allocator: .init())) == untouched)
    }

    @Test(arguments: ["x\revent: evil", "x\r\nevent: evil", "x\n\nevent: evil", "x\r\rid: 1"])
    func `No data can bring a field of its own`(data: String) {
        let written = self.replaced("data: a\n\n", data: data)
        let lines = written.split(omittingEmptySubsequences: true) { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
        #expect(lines.allSatisfy { $0.hasPrefix("data:") })
        #expect(written.utf8.count { $0 == 0x0D } == 0)
    }

    @Test func `A retry is replaced by digits only`() {
        var message = self.message("retry: 10\ndata: a\nretry: 20\n\n")
        #expect(message.retry == Array("20".utf8))
        #expect(!message.setRetry(Array("2s".utf8)) && !message.setRetry([]))
        #expect(message.retry == Array("20".utf8))
        let isTaken = message.setRetry(Array("300".utf8))
        #expect(isTaken)
        #expect(String(buffer: message.serialized(allocator: .init())) == "retry: 300\ndata: a\n\n")
    }
}
