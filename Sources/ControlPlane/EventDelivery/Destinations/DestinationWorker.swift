internal import Control
internal import Foundation
internal import Logging
internal import NIOConcurrencyHelpers

/// Brings what waits for one destination to it: a batch at a time, each until it has arrived.
final class DestinationWorker: Sendable {
    /// What the batches of a destination have come to.
    private struct State {
        var status = DeliveryStatus()
        /// Events in a batch: halved where the destination refuses one.
        var batch: Int
    }

    let id: String
    private let sender: any EventSender
    private let outbox: Outbox
    private let configuration: DeliveryConfiguration
    private let logger: Logger
    private let state: NIOLockedValueBox<State>
    private let wakeups = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(
        _ id: String,
        _ sender: any EventSender,
        _ outbox: Outbox,
        _ configuration: DeliveryConfiguration,
        logger: Logger
    ) {
        self.id = id
        self.sender = sender
        self.outbox = outbox
        self.configuration = configuration
        self.logger = logger
        self.state = NIOLockedValueBox(State(batch: configuration.batchEvents))
    }

    /// There is something to send, perhaps.
    func wake() { self.wakeups.continuation.yield() }

    var status: DeliveryStatus { self.state.withLockedValue(\.status) }

    func noteDropped(_ count: Int) {
        self.state.withLockedValue { $0.status.dropped += count }
    }

    /// Sends until the task is cancelled.
    func run() async {
        var backOff = BackOff(first: self.configuration.firstPause, longest: self.configuration.longestPause)
        var refusals = 0
        var wakeups = self.wakeups.stream.makeAsyncIterator()
        while !Task.isCancelled {
            let limit = self.state.withLockedValue(\.batch)
            let batch = await self.outbox.batch(for: self.id, limit: limit, bytes: self.configuration.batchBytes)
            guard let batch else {
                guard await wakeups.next() != nil else { break }
                continue
            }
            do throws(DeliveryError) {
                try await self.sender.send(batch.events)
                await self.outbox.finish(batch, of: self.id)
                self.noteArrived(batch.events.count)
                backOff.reset()
                refusals = 0
                continue
            } catch .refused(let reason) where batch.events.count > 1 {
                // One of them is at fault: the others shall not wait for it.
                self.state.withLockedValue { $0.batch = max(1, batch.events.count / 2) }
                self.noteFailure(reason)
                continue
            } catch .refused(let reason) {
                refusals += 1
                self.noteFailure(reason)
                if refusals >= self.configuration.refusals {
                    await self.outbox.finish(batch, of: self.id)
                    self.noteDropped(1)
                    refusals = 0
                    continue
                }
            } catch {
                self.noteFailure(error.text)
            }
            let pause = backOff.next(chance: .random(in: 0...1))
            // Only the end of the task cuts the pause short.
            try? await Task.sleep(for: pause)
        }
        await self.sender.close()
    }

    private func noteArrived(_ count: Int) {
        let wasFailing = self.state.withLockedValue { state in
            defer { state.status.failingSince = nil }
            state.status.delivered += count
            state.status.lastSuccess = self.configuration.now()
            state.batch = min(self.configuration.batchEvents, state.batch * 2)
            return state.status.failingSince != nil
        }
        if wasFailing {
            self.logger.info("events reach their destination again", metadata: ["destination.id": "\(self.id)"])
        }
    }

    private func noteFailure(_ reason: String) {
        let isFirst = self.state.withLockedValue { state in
            let now = self.configuration.now()
            let isFirst = state.status.failingSince == nil
            state.status.failingSince = state.status.failingSince ?? now
            state.status.lastFailure = now
            state.status.lastError = String(reason.prefix(500))
            return isFirst
        }
        // Said once, until it works again.
        guard isFirst else { return }
        self.logger.warning(
            "events do not reach their destination",
            metadata: ["destination.id": "\(self.id)", "error.detail": "\(reason.prefix(500))"]
        )
    }
}
