import Foundation
import NIOConcurrencyHelpers

/// Writes text to a descriptor from a queue of its own, so that a pipe that nobody reads, or a terminal that is
/// stopped, holds up nothing else.
///
/// What does not fit into the bound is dropped whole; what was accepted is written in order. A descriptor that fails
/// (its reader is gone) is not written to again.
package final class OutputWriter: Sendable {
    /// Bytes that wait for the descriptor at most.
    package static let defaultLimit = 1 << 20

    private struct Backlog {
        var bytes = 0
        var dropped = 0
        var isBroken = false
    }

    private let descriptor: Int32
    private let limit: Int
    private let queue = DispatchQueue(label: "portico.output")
    private let backlog = NIOLockedValueBox(Backlog())

    /// - Parameters:
    ///   - descriptor: stays open and the caller's.
    ///   - limit: bytes that may wait.
    package init(descriptor: Int32, limit: Int = OutputWriter.defaultLimit) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// - Returns: whether the text was accepted. It is not when earlier text still waits and both do not fit the bound.
    @discardableResult
    package func write(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let isAccepted = self.backlog.withLockedValue { backlog in
            guard !backlog.isBroken, backlog.bytes == 0 || backlog.bytes + bytes.count <= self.limit else {
                backlog.dropped += 1
                return false
            }
            backlog.bytes += bytes.count
            return true
        }
        guard isAccepted else { return false }
        self.queue.async { self.put(bytes) }
        return true
    }

    /// How many texts were dropped since this was asked last.
    package func takeDropped() -> Int {
        self.backlog.withLockedValue { backlog in
            defer { backlog.dropped = 0 }
            return backlog.dropped
        }
    }

    /// Whether everything accepted has been written.
    package var isIdle: Bool { self.backlog.withLockedValue { $0.bytes == 0 } }

    /// Waits until everything accepted is written, but no longer than `limit`.
    package func drain(within limit: Duration) async {
        let (signal, continuation) = AsyncStream.makeStream(of: Void.self)
        self.queue.async { continuation.finish() }
        let timeout = Task {
            // Cut short by the cancellation below when the queue was faster.
            try? await Task.sleep(for: limit)
            continuation.finish()
        }
        for await _ in signal {}
        timeout.cancel()
    }

    private func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty, !self.backlog.withLockedValue({ $0.isBroken }) {
            let count = rest.withUnsafeBytes { buffer in
                Foundation.write(self.descriptor, buffer.baseAddress, buffer.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody made the descriptor non-blocking; this queue has nothing else to do.
                usleep(10_000)
            } else if errno != EINTR {
                self.backlog.withLockedValue { $0.isBroken = true }
            }
        }
        self.backlog.withLockedValue { $0.bytes -= bytes.count }
    }
}
