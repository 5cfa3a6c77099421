import Foundation
import ServiceLifecycle
import Synchronization
import UnixSignals

/// SIGTERM and SIGINT end the edge in good order; a second one ends it at once. SIGHUP reads the configuration again.
///
/// The group's own handling knows no second signal. This service is the last to be shut down, so that the signal is
/// heard during the whole drain.
final class SignalService: Service {
    private let shutdown = Mutex<(@Sendable () async -> Void)?>(nil)
    private let reload: @Sendable () async -> Void

    /// - Parameter reload: what SIGHUP starts; the next signal is heard when it is done.
    init(reload: @escaping @Sendable () async -> Void) {
        self.reload = reload
    }

    /// What the first signal starts; set before the group runs.
    func onFirstSignal(_ shutdown: @escaping @Sendable () async -> Void) {
        self.shutdown.withLock { $0 = shutdown }
    }

    func run() async throws {
        var isEnding = false
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
            .cancelOnGracefulShutdown()
        {
            guard signal != .sighup else {
                if !isEnding { await self.reload() }
                continue
            }
            guard !isEnding else {
                Terminal.warn("ended at once by a second signal; what was under way is cut")
                exit(EXIT_FAILURE)
            }
            isEnding = true
            Terminal.say("draining (\(signal)); a second signal ends at once")
            await self.shutdown.withLock { $0 }?()
        }
    }
}
