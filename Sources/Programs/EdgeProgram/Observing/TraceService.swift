import Events
import JSON
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle
import Telemetry

/// Sends spans of traced requests to a collector. What it does not take is dropped, and counted: traffic waits for nobody.
final class TraceService: Service {
    /// Spans of one request to the collector.
    private static let batch = 512
    private let queue: EventQueue
    private let collector: Collector
    private let export: TraceExport
    private let interval: Duration
    private let logger: Logger
    private let sent = NIOLockedValueBox((sent: 0, failed: 0))

    /// - Parameters:
    ///   - queue: holds what is to be sent.
    ///   - collector: takes it.
    ///   - service: the name of this program among others.
    ///   - interval: from one export to the next, so that spans come together.
    ///   - logger: told when the collector does not take them.
    init(
        queue: EventQueue,
        collector: Collector,
        service: String,
        interval: Duration = .seconds(1),
        logger: Logger
    ) {
        self.queue = queue
        self.interval = interval
        self.collector = collector
        self.export = TraceExport(service: service)
        self.logger = logger
    }

    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            var isBroken = false
            while let batch = await self.queue.batch() {
                await self.send(batch.events, &isBroken)
                // Cut short at the end: what is left goes out at once.
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: self.interval) }
            }
        } onCancelOrGracefulShutdown: {
            self.queue.close()
        }
    }

    private func send(_ events: [TrafficEvent], _ isBroken: inout Bool) async {
        for start in stride(from: 0, to: events.count, by: Self.batch) {
            let part = Array(events[start..<min(start + Self.batch, events.count)])
            do {
                try await self.collector.send(self.export.body(part).bytes)
                self.sent.withLockedValue { $0.sent += part.count }
                isBroken = false
            } catch {
                self.sent.withLockedValue { $0.failed += part.count }
                // Said once, until it works again.
                if !isBroken { self.logger.warning("traces cannot be sent", metadata: ["error": "\(error)"]) }
                isBroken = true
            }
        }
    }

    /// Spans that arrived, and those that did not.
    var totals: (sent: Int, failed: Int) { self.sent.withLockedValue { $0 } }
}
