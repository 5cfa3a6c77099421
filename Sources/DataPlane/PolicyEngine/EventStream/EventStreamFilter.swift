import Model
import NIOCore
import TrafficPolicy

/// Runs the rules for messages of an event stream on each of them while the response passes
/// (`spec/traffic-policy.md` 1.3).
///
/// A message is held back until it is whole, up to ``EventStreamSplitter/maximumMessageBytes``. The stream is broken off
/// where a message is longer, or a rule fails: what the rules were to change must not pass unseen.
final class EventStreamFilter: ResponseFilter {
    private weak var exchange: Exchange?
    private var splitter = EventStreamSplitter()

    init(for exchange: Exchange) {
        self.exchange = exchange
    }

    func push(_ piece: ByteBuffer, into output: inout ByteBuffer) throws {
        self.splitter.append(piece)
        while let part = try self.splitter.next() {
            switch part {
            case .bytes(let bytes): output.writeImmutableBuffer(bytes)
            case .message(let message): try output.writeImmutableBuffer(self.passed(message))
            }
        }
    }

    func finish(into output: inout ByteBuffer) throws {
        output.writeImmutableBuffer(self.splitter.finish())
    }

    private func passed(_ message: EventStreamMessage) throws -> ByteBuffer {
        guard message.hasFields, let exchange = self.exchange else { return message.bytes }
        exchange.message = message
        defer { exchange.message = nil }
        switch exchange.run(.eventStreamMessage) {
        case .proceed: return (exchange.message ?? message).serialized(allocator: ByteBufferAllocator())
        case .fail(let failure, _): throw failure
        case .respond, .forward, .close, nil:
            throw Failure(.policyActionFailed, "A rule for messages ended the stream.")
        }
    }
}
