import PolicyEngine
package import Telemetry
import TrafficPolicy

extension LoopCounts {
    /// All of it under the names of `docs/metrics.md`.
    package var families: [MetricFamily] {
        [
            self.requestFamily,
            MetricFamily(
                "portico_request_duration_seconds",
                .histogram,
                "From the head of a request to the end of its answer. Upgraded connections are not counted.",
                self.durations.samples()
            ),
            MetricFamily(
                "portico_bad_requests_total",
                .counter,
                "Requests that were refused for how they are written.",
                self.badRequests
            ),
            MetricFamily(
                "portico_failed_exchanges_total",
                .counter,
                "Requests that got no complete answer from an upstream.",
                self.failedExchanges
            ),
            MetricFamily(
                "portico_connections_total",
                .counter,
                "Connections of visitors, from when they may speak.",
                self.connections
            ),
            MetricFamily("portico_connections_open", .gauge, "Those that are open now.", self.open),
            MetricFamily(
                "portico_bytes_in_total",
                .counter,
                "Bytes from visitors, without what TLS adds.",
                self.bytesIn
            ),
            MetricFamily(
                "portico_bytes_out_total",
                .counter,
                "Bytes to visitors, without what TLS adds.",
                self.bytesOut
            ),
            MetricFamily(
                "portico_limit_reached_total",
                .counter,
                "How often a limit was reached.",
                Limit.allCases.map { limit in
                    .init(labels: [.init("limit", limit.rawValue)], Double(self.limits[limit] ?? 0))
                }
            ),
            MetricFamily(
                "portico_policy_action_total",
                .counter,
                "How often actions of policies ran, and what came of it.",
                self.actions.entries.map { entry in
                    .init(
                        labels: [.init("action", entry.action.rawValue), .init("result", entry.result.rawValue)],
                        Double(entry.count)
                    )
                }
            ),
        ]
    }

    private var requestFamily: MetricFamily {
        struct Key: Hashable {
            let endpoint: String
            let method: String
            let status: UInt16?
        }
        var sums: [Key: Int] = [:]
        for endpoint in self.endpoints {
            for entry in endpoint.entries {
                let key = Key(endpoint: endpoint.name, method: entry.method.label, status: entry.status)
                sums[key, default: 0] += entry.count
            }
            guard endpoint.uncounted > 0 else { continue }
            sums[Key(endpoint: endpoint.name, method: "other", status: nil), default: 0] += endpoint.uncounted
        }
        let samples = sums.map { key, count in
            let code =
                switch key.status {
                case nil: "other"
                case 0: "none"
                case .some(let status): "\(status)"
                }
            return MetricFamily.Sample(
                labels: [.init("endpoint", key.endpoint), .init("method", key.method), .init("code", code)],
                Double(count)
            )
        }
        return MetricFamily(
            "portico_requests_total",
            .counter,
            "Requests by endpoint, method and status; the code is none where the visitor left before the answer.",
            samples.sorted { one, two in
                one.labels.lexicographicallyPrecedes(two.labels) { $0.value < $1.value }
            }
        )
    }
}

extension Method {
    fileprivate var label: String { self == .other ? "other" : self.name.description }
}
