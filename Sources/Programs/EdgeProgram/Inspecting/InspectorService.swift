import Capture
import Control
import Foundation
import Logging
import Model
import Proxy
import Secrets
import ServiceLifecycle
import Telemetry
import TrafficStore

/// Stores what is captured of traffic, and deletes what is old. It ends after those that serve requests.
struct InspectorService: Service {
    private static let interval = Duration.seconds(60)

    let traffic: TrafficInspection
    let logger: Logger

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.traffic.expire(each: Self.interval, logger: self.logger) }
            await withTaskCancellationOrGracefulShutdownHandler {
                await self.traffic.write(logger: self.logger)
            } onCancelOrGracefulShutdown: {
                self.traffic.queue.close()
            }
            group.cancelAll()
        }
    }
}

extension InspectorConfiguration {
    /// Opens the store of traffic, which seals its own keys with those of the edge; nil where nothing is captured.
    /// `policy` is what drafts of policies are told of the world when they are rehearsed.
    ///
    /// - Throws: `storeUnusable`.
    func inspection(
        in folder: DataFolder,
        _ keys: SealingKeyring,
        policy: PolicyEnvironment
    ) throws(Failure) -> TrafficInspection? {
        guard self.isEnabled else { return nil }
        var retention = TrafficStore.Retention()
        retention.time = self.retention
        retention.bytes = self.storedBytes
        let store: TrafficStore
        do throws(TrafficStoreError) {
            store = try TrafficStore.open(at: folder.traffic, keyring: keys, retention: retention)
        } catch {
            throw Failure(.storeUnusable, "\(error)", cause: error)
        }
        return TrafficInspection(
            queue: CaptureQueue(mostBytes: self.heldBytes),
            store: store,
            rehearsal: BenchRehearsal.maker(in: policy)
        )
    }
}

extension TrafficInspection {
    /// What scrapers are told.
    func families() async -> [MetricFamily] {
        let totals = self.queue.totals
        let reasons = [
            ("over_budget", totals.overBudget), ("queue_full", totals.overflowed), ("not_stored", totals.unstored),
        ]
        var families = [
            MetricFamily(
                "portico_captures_total",
                .counter,
                "Exchanges that were captured for the traffic inspector.",
                totals.captured
            ),
            MetricFamily(
                "portico_captures_dropped_total",
                .counter,
                "Exchanges that were not captured although they should have been, by reason.",
                reasons.map { .init(labels: [.init("reason", $0.0)], Double($0.1)) }
            ),
            MetricFamily(
                "portico_captures_reduced_total",
                .counter,
                "Exchanges of which less was captured than was asked for, because too much was under way.",
                totals.reduced
            ),
            MetricFamily(
                "portico_captures_missed_total",
                .counter,
                "Exchanges that those who watch traffic live were too slow for.",
                self.tail.missed
            ),
            MetricFamily(
                "portico_captures_waiting_bytes",
                .gauge,
                "What waits to be stored.",
                self.queue.waitingBytes
            ),
        ]
        // A store that does not answer has no numbers.
        if let holdings = try? await self.store.holdings() {
            families.append(
                MetricFamily("portico_captures_stored", .gauge, "Exchanges that are kept.", holdings.exchanges)
            )
            families.append(
                MetricFamily("portico_captures_stored_bytes", .gauge, "What they take, about.", holdings.bytes)
            )
        }
        return families
    }
}
