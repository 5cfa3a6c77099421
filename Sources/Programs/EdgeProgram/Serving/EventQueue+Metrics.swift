import Events
import Telemetry

extension EventQueue {
    /// What became of events on their way to the log.
    var metrics: [MetricFamily] {
        let totals = self.totals
        return [
            MetricFamily(
                "portico_events_delivered_total",
                .counter,
                "Events that were handed to their destination.",
                [.init(labels: [.init("destination", "log")], Double(totals.taken))]
            ),
            MetricFamily(
                "portico_events_dropped_total",
                .counter,
                "Events that were left out because their destination did not keep up.",
                [.init(labels: [.init("destination", "log")], Double(totals.dropped))]
            ),
        ]
    }
}
