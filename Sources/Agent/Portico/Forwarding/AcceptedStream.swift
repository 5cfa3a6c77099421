import DequeModule
import Mux
import NIOCore

/// A visitor's stream that the application reads and writes itself. Bound to the event loop of its leg; `Connection` is
/// its face to tasks.
///
/// Bytes wait here until they are read, and credit for them is given then: at most a window waits.
final class AcceptedStream: MuxStreamReceiver {
    private let stream: any VisitorStream
    private var waiting = Deque<ByteBuffer>()
    private var hasVisitorEnded = false
    private var failure: PorticoError?
    private var reader: CheckedContinuation<ByteBuffer?, any Error>?
    private var writer: CheckedContinuation<Void, any Error>?

    init(_ stream: any VisitorStream) {
        self.stream = stream
    }

    // MARK: - What the application does

    /// Resumes with the next bytes; nil when the visitor has sent all.
    func read(_ continuation: CheckedContinuation<ByteBuffer?, any Error>) {
        guard self.reader == nil else {
            return continuation.resume(
                throwing: PorticoError(.invalidConfiguration, "Two tasks read one connection at the same time.")
            )
        }
        if let bytes = self.waiting.popFirst() {
            self.stream.consumed(bytes.readableBytes)
            continuation.resume(returning: bytes)
        } else if let failure {
            continuation.resume(throwing: failure)
        } else if self.hasVisitorEnded {
            continuation.resume(returning: nil)
        } else {
            self.reader = continuation
        }
    }

    /// Resumes when there is room for more.
    func write(_ bytes: ByteBuffer, _ continuation: CheckedContinuation<Void, any Error>) {
        if let failure { return continuation.resume(throwing: failure) }
        guard self.writer == nil else {
            return continuation.resume(
                throwing: PorticoError(.invalidConfiguration, "Two tasks write one connection at the same time.")
            )
        }
        self.stream.write(bytes)
        if self.stream.isWritable {
            continuation.resume()
        } else if self.stream.isClosed {
            continuation.resume(throwing: Self.cut)
        } else {
            self.writer = continuation
        }
    }

    func finish() {
        self.stream.finish()
    }

    /// Cuts the connection. Without effect when it is over.
    func cut() {
        guard !self.stream.isClosed else { return }
        self.stream.reset(.streamReset)
        self.fail(Self.cut)
    }

    // MARK: - What the visitor does

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        guard let reader = self.reader else { return self.waiting.append(bytes) }
        self.reader = nil
        self.stream.consumed(bytes.readableBytes)
        reader.resume(returning: bytes)
    }

    func streamReadComplete(_ stream: MuxStream) {}

    func streamReceivedEnd(_ stream: MuxStream) {
        self.hasVisitorEnded = true
        self.reader?.resume(returning: nil)
        self.reader = nil
    }

    func streamReceivedCredit(_ stream: MuxStream) {}

    func streamWritabilityChanged(_ stream: MuxStream) {
        guard self.stream.isWritable else { return }
        self.writer?.resume()
        self.writer = nil
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        self.fail(Self.cut)
    }

    private func fail(_ error: PorticoError) {
        self.failure = error
        self.waiting.removeAll()
        self.reader?.resume(throwing: error)
        self.reader = nil
        self.writer?.resume(throwing: error)
        self.writer = nil
    }

    private static let cut = PorticoError(.disconnected, "The connection was cut.")
}
