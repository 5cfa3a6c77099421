import Logging
import ServiceLifecycle
import Telemetry

/// Gives memory back to the system that a rush has left with the allocator.
struct HeapService: Service {
    let interval: Duration
    let logger: Logger

    init(interval: Duration = .seconds(5), logger: Logger) {
        self.interval = interval
        self.logger = logger
    }

    func run() async throws {
        var trimming = HeapTrimming()
        // Ends where the sleep is cut short.
        while (try? await cancelWhenGracefulShutdown { try await Task.sleep(for: self.interval) }) != nil {
            self.look(&trimming)
        }
    }

    private func look(_ trimming: inout HeapTrimming) {
        guard let before = ProcessUsage.residentBytes(),
            trimming.isDue(resident: before, allocated: Heap.allocatedBytes)
        else { return }
        Heap.trim()
        guard let after = ProcessUsage.residentBytes() else { return }
        trimming.note(before: before, after: after)
        self.logger.debug(
            "free memory was given back",
            metadata: ["memory.before_bytes": "\(before)", "memory.after_bytes": "\(after)"]
        )
    }
}
