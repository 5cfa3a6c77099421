import Foundation

/// SIGINT and SIGTERM: the first asks for an orderly end, the second ends the process at once. In force for the whole
/// process as long as this lives.
package final class TerminationSignals {
    /// Yields at the first signal.
    package let first: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    package init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let queue = DispatchQueue(label: "portico.signals")
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM] {
            // The default action would end the process before the source hears of the signal.
            signal(number, SIG_IGN)
            sources.append(DispatchSource.makeSignalSource(signal: number, queue: queue))
        }
        // Only the queue touches it.
        let count = Count()
        for source in sources {
            source.setEventHandler {
                count.signals += 1
                if count.signals > 1 { _exit(1) }
                continuation.yield()
            }
            source.resume()
        }
        self.first = stream
        self.sources = sources
    }

    private final class Count {
        var signals = 0
    }
}
