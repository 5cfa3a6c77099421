import Control
import EventDelivery
import Events
import Logging
import Model
import Proxy
import ServiceLifecycle
import Telemetry

/// Who reads of requests, as the configuration wants it: what they are handed things by, and the services that they are.
struct Observers: Sendable {
    /// Events that are not taken in time are dropped beyond so many.
    private static let limit = 16_384

    private let accessLog: AccessLogService?
    private let traces: TraceService?
    private let traceQueue: EventQueue?
    private let tracing: TracingConfiguration

    /// - Throws: where the collector's authorities cannot be used.
    init(_ configuration: EdgeProgramConfiguration, logger: Logger) throws(Failure) {
        self.tracing = configuration.tracing
        self.accessLog =
            configuration.accessLog.destination == nil
            ? nil
            : AccessLogService(
                queue: EventQueue(limit: Self.limit),
                configuration: configuration.accessLog,
                logger: logger
            )
        guard let origin = configuration.tracing.collector else {
            (self.traces, self.traceQueue) = (nil, nil)
            return
        }
        let queue = EventQueue(limit: Self.limit)
        self.traceQueue = queue
        self.traces = TraceService(
            queue: queue,
            collector: try Collector(configuration.tracing, at: origin, path: TraceExport.path),
            service: configuration.tracing.serviceName,
            logger: logger
        )
    }

    /// What the data plane is told.
    var observation: Observation {
        var observation = Observation()
        observation.accessLog = self.accessLog?.queue
        observation.traces = self.traceQueue
        observation.tracedPerMille = self.tracing.perMille
        observation.followsVisitors = self.tracing.followsVisitors
        observation.passesRequestIDs = self.tracing.passesRequestIDs
        return observation
    }

    var services: [any Service] {
        let all: [(any Service)?] = [self.accessLog, self.traces]
        return all.compactMap(\.self)
    }

    /// Beside `log`, the queue of what policies have noted, and what goes to destinations of accounts.
    func metrics(beside log: EventQueue, _ delivery: EventDelivery) async -> [MetricFamily] {
        var rows = [("log", log.totals.taken, log.totals.dropped)]
        if let totals = self.accessLog?.queue.totals { rows.append(("access_log", totals.taken, totals.dropped)) }
        if let queue = self.traceQueue, let traces = self.traces {
            rows.append(("traces", traces.totals.sent, queue.totals.dropped + traces.totals.failed))
        }
        let statuses = await delivery.statuses().sorted { $0.key < $1.key }
        rows += statuses.map { ($0.key, $0.value.delivered, $0.value.dropped) }
        rows.append(("memory", 0, delivery.droppedInMemory))
        func samples(_ number: (String, Int, Int) -> Int) -> [MetricFamily.Sample] {
            rows.map { .init(labels: [.init("destination", $0.0)], Double(number($0.0, $0.1, $0.2))) }
        }
        return [
            MetricFamily(
                "portico_events_delivered_total",
                .counter,
                "Events that were handed to their destination.",
                samples { _, delivered, _ in delivered }
            ),
            MetricFamily(
                "portico_events_dropped_total",
                .counter,
                "Events that were left out because their destination did not keep up, or did not take them.",
                samples { _, _, dropped in dropped }
            ),
            MetricFamily(
                "portico_events_queued",
                .gauge,
                "Events that wait in files for their destination.",
                statuses.map { .init(labels: [.init("destination", $0.key)], Double($0.value.queued)) }
            ),
            MetricFamily(
                "portico_events_queued_bytes",
                .gauge,
                "Bytes of the files in which events wait for their destination.",
                statuses.map { .init(labels: [.init("destination", $0.key)], Double($0.value.queuedBytes)) }
            ),
        ]
    }
}
