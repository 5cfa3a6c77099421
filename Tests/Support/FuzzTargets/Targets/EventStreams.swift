import NIOCore
import PolicyEngine

/// Event streams: messages mean the same wherever the stream was cut, every byte comes out again, and a changed message
/// is still one message that says what it was changed to.
enum EventStreams: FuzzTarget {
    private static let limit = 4096
    private static let allocator = ByteBufferAllocator()

    static func check(_ input: FuzzInput) {
        let whole = Self.read([input.bytes[...]])
        let cut = Self.read(input.pieces)
        // A message of exactly the limit may be too long with the LF that comes in one piece with its CR.
        guard !whole.isTooLong else { return }
        claim(!cut.isTooLong, "cutting made a message too long")
        claim(whole.bytes == input.bytes && cut.bytes == input.bytes, "bytes were lost or made up")
        claim(whole.meanings == cut.meanings, "cutting changed the messages")
        for message in whole.messages { Self.change(message) }
    }

    private struct Stream {
        var messages: [EventStreamMessage] = []
        var bytes: [UInt8] = []
        var isTooLong = false

        var meanings: [[[UInt8]?]] { self.messages.map { [$0.data, $0.retry, $0.hasFields ? [] : nil] } }
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> Stream {
        var splitter = EventStreamSplitter(limit: Self.limit)
        var stream = Stream()
        for piece in pieces {
            splitter.append(ByteBuffer(bytes: piece))
            Self.take(from: &splitter, into: &stream)
            if stream.isTooLong { return stream }
        }
        stream.bytes += splitter.finish().readableBytesView
        return stream
    }

    private static func take(from splitter: inout EventStreamSplitter, into stream: inout Stream) {
        do throws(EventStreamError) {
            while let part = try splitter.next() {
                switch part {
                case .bytes(let bytes): stream.bytes += bytes.readableBytesView
                case .message(let message):
                    stream.messages.append(message)
                    stream.bytes += message.bytes.readableBytesView
                }
            }
        } catch {
            stream.isTooLong = true
        }
    }

    private static func change(_ message: EventStreamMessage) {
        guard let data = message.data else { return }
        var changed = message
        changed.setData(data + Array("\nadded".utf8))
        // Behind a blank line: what begins a stream may be a byte order mark.
        let written = Array("\n".utf8) + changed.serialized(allocator: Self.allocator).readableBytesView
        let again = Self.read([written[...]])
        guard !again.isTooLong else { return }
        claim(again.messages.count == 1, "a changed message is \(again.messages.count) messages")
        claim(again.messages.first?.data == data + Array("\nadded".utf8), "the change was lost")
        claim(again.messages.first?.retry == message.retry, "another field was changed")
    }
}
