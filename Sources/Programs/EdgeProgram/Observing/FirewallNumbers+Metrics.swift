import Firewall
import Telemetry

extension FirewallNumbers {
    var families: [MetricFamily] {
        [
            MetricFamily(
                "portico_firewall_waiting",
                .gauge,
                "Exchanges that wait for one of the firewall's threads.",
                self.waiting
            ),
            MetricFamily(
                "portico_firewall_running",
                .gauge,
                "Exchanges that the firewall looks at now.",
                self.running
            ),
            MetricFamily(
                "portico_firewall_inspections_total",
                .counter,
                "Exchanges that the firewall has looked at.",
                self.inspected
            ),
            MetricFamily(
                "portico_firewall_wait_seconds_total",
                .counter,
                "How long exchanges waited for one of the firewall's threads, together.",
                [.init(self.waited.seconds)]
            ),
            MetricFamily(
                "portico_firewall_busy_seconds_total",
                .counter,
                "How long the firewall's threads were at work, together.",
                [.init(self.worked.seconds)]
            ),
            MetricFamily(
                "portico_firewall_refusals_total",
                .counter,
                "Exchanges that the firewall did not look at: no room in its queue, or too long in it.",
                [
                    .init(labels: [.init("reason", "full")], Double(self.refusedFull)),
                    .init(labels: [.init("reason", "late")], Double(self.refusedLate)),
                ]
            ),
        ]
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
