package import Addressing
package import Capture
internal import EdgeLink
internal import Foundation
package import Logging
package import Model
internal import NIOCore
internal import Synchronization
package import TrafficStore

/// What the traffic inspector of an edge stands on: where captured exchanges come from, where they are kept, who watches,
/// and who rehearses drafts of policies with them.
package struct TrafficInspection: Sendable {
    package let queue: CaptureQueue
    package let store: TrafficStore
    package let tail = TrafficTail()
    /// Makes ready to rehearse a draft, which may name what the references have; throws what is wrong with it.
    package typealias MakeRehearsal =
        @Sendable (RehearsalOrder, PolicyReferences) throws(Failure) -> any PolicyRehearsal

    package let rehearsal: MakeRehearsal
    let masks = TrafficMasks()
    let replays = ReplayLimit()
    let rehearsals = RehearsalLimit()

    package init(
        queue: CaptureQueue,
        store: TrafficStore,
        rehearsal: @escaping MakeRehearsal
    ) {
        self.queue = queue
        self.store = store
        self.rehearsal = rehearsal
    }

    /// Masks what has been captured, stores it, and tells those who watch, until the queue is closed and empty.
    package func write(logger: Logger) async {
        var isBroken = false
        while let batch = await self.queue.batch() {
            let exchanges = self.masks.masked(batch.exchanges)
            do throws(TrafficStoreError) {
                try await self.store.append(exchanges)
                isBroken = false
            } catch {
                self.queue.noteUnstored(exchanges.count)
                // Said once: a full disk would otherwise fill another with the log of this.
                if !isBroken { logger.error("captured traffic is not stored", metadata: ["error.detail": "\(error)"]) }
                isBroken = true
            }
            self.tail.tell(exchanges)
        }
    }

    /// Deletes what is older than it may be, each `interval`, until the task is cancelled.
    package func expire(each interval: Duration, logger: Logger) async {
        while !Task.isCancelled {
            do throws(TrafficStoreError) {
                try await self.store.expire()
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("captured traffic is not deleted", metadata: ["error.detail": "\(error)"])
            }
            // Only the end of the task cuts the pause short.
            try? await Task.sleep(for: interval)
        }
    }
}

/// A draft of a policy, and the endpoint for which it is meant.
package struct RehearsalOrder: Sendable {
    package let account: ResourceID<AccountKind>
    package let url: EndpointURL
    package let isCloud: Bool
    /// Empty for no policy.
    package let draft: String
    /// The policy that is attached; empty for none.
    package let attached: String

    package init(
        account: ResourceID<AccountKind>,
        url: EndpointURL,
        isCloud: Bool,
        draft: String,
        attached: String
    ) {
        self.account = account
        self.url = url
        self.isCloud = isCloud
        self.draft = draft
        self.attached = attached
    }
}

/// A draft that is ready to be rehearsed. Used by one task.
package protocol PolicyRehearsal: AnyObject {
    /// Runs exchanges, the oldest first, through the draft and through what is attached, and notes what differs.
    func run(_ exchanges: [TrafficExchange], into report: inout RehearsalReport)
}

/// The masks of accounts, as their settings want them.
final class TrafficMasks: Sendable {
    private struct State {
        var masks: [ResourceID<AccountKind>: TrafficMask] = [:]
    }

    private static let standard = TrafficMask()
    private let state = Mutex(State())

    func set(_ settings: [ResourceID<AccountKind>: CaptureSettings]) {
        let masks = settings.filter { !$0.value.maskedNames.isEmpty }.mapValues { TrafficMask(names: $0.maskedNames) }
        self.state.withLock { $0.masks = masks }
    }

    func masked(_ exchanges: [TrafficExchange]) -> [TrafficExchange] {
        let masks = self.state.withLock(\.masks)
        return exchanges.map { exchange in
            var exchange = exchange
            (masks[exchange.facts.account] ?? Self.standard).mask(&exchange)
            return exchange
        }
    }

    /// What comes back when a request is sent again is shown as what was captured is.
    func mask(_ answer: inout ReplayAnswer, of account: ResourceID<AccountKind>) {
        var message = CapturedMessage(
            fields: answer.fields.map { .init($0.name, $0.value) },
            body: ByteBuffer(bytes: answer.body),
            bodyBytes: answer.body.count + (answer.isBodyCut ? 1 : 0)
        )
        (self.state.withLock { $0.masks[account] } ?? Self.standard).mask(&message)
        answer.fields = message.fields.map { ($0.name, $0.value) }
        answer.body = Array(message.body.readableBytesView)
    }
}

/// How often an account may send requests again.
final class ReplayLimit: Sendable {
    /// Within a minute.
    static let most = 30

    private let times = Mutex<[ResourceID<AccountKind>: [ContinuousClock.Instant]]>([:])

    /// - Throws: `replayTooOften`.
    func take(_ account: ResourceID<AccountKind>, now: ContinuousClock.Instant = .now) throws(Failure) {
        let isTaken = self.times.withLock { times in
            let recent = (times[account] ?? []).filter { now - $0 < .seconds(60) }
            times[account] = recent.count < Self.most ? recent + [now] : recent
            return recent.count < Self.most
        }
        guard isTaken else {
            throw Failure(.replayTooOften, "The account has sent \(Self.most) requests again within a minute.")
        }
    }
}

/// Rehearsals cost much: one runs at a time.
final class RehearsalLimit: Sendable {
    private let isRunning = Mutex(false)

    /// - Throws: `rehearsalBusy`.
    func begin() throws(Failure) {
        let isFree = self.isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard isFree else { throw Failure(.rehearsalBusy, "Another policy is being rehearsed.") }
    }

    func end() { self.isRunning.withLock { $0 = false } }
}
