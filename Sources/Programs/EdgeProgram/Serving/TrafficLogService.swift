import Events
import Logging
import Model
import ServiceLifecycle

/// Writes the events of traffic, one a line. It ends after those that make them.
struct TrafficLogService: Service {
    let queue: EventQueue
    let logger: Logger
    let write: @Sendable (String) -> Void

    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            while let batch = await self.queue.batch() { self.write(batch) }
        } onCancelOrGracefulShutdown: {
            self.queue.close()
        }
    }

    private func write(_ batch: EventQueue.Batch) {
        for event in batch.events { self.write(LineText.printable(json: event.line(id: .random()))) }
        guard batch.dropped > 0 else { return }
        self.logger.warning("events of traffic left out", metadata: ["events.dropped": "\(batch.dropped)"])
    }
}
