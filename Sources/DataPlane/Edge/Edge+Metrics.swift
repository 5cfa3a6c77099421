import Addressing
import EdgeLink
import Expression
import Model
import NIOCore
package import Proxy
import Routing
import Sessions
package import Telemetry

// MARK: - Numbers

extension Edge {
    /// A snapshot of what the loops have counted.
    package func statistics() async -> EdgeStatistics {
        EdgeStatistics(agents: self.directory.count, visitors: self.limiter.count, counts: await self.counts())
    }

    /// The same for a scraper, with what is served now.
    package func metrics() async -> [MetricFamily] {
        let agents = MetricFamily(
            "portico_agent_connections",
            .gauge,
            "Connections of agents that are open.",
            self.directory.count
        )
        return await self.counts().families + [
            agents, await self.certificateFamily(), await self.readyFamily(),
        ]
            + self.endpointFamilies + self.loadFamilies()
    }

    /// Those that end first are told of, where there are very many.
    private func certificateFamily() async -> MetricFamily {
        var ends = self.domainCertificates.allEnds
        if let loop = self.loops.first {
            ends += (try? await loop.eventLoop.submit { loop.value.admission.contexts.ends }.get()) ?? []
        }
        ends.sort { $0.end.seconds < $1.end.seconds }
        let now = Timestamp.now().seconds
        let samples = ends.prefix(self.configuration.proxy.limits.countedEndpoints).map { name, end in
            MetricFamily.Sample(labels: [.init("name", name)], Double(end.seconds - now))
        }
        return MetricFamily(
            "portico_cert_expiry_seconds",
            .gauge,
            "How long the certificate for a name is good for; below zero when it is over.",
            samples
        )
    }

    private func readyFamily() async -> MetricFamily {
        var count = 0
        for loop in self.loops {
            count += (try? await loop.eventLoop.submit { loop.value.domains.readyCount }.get()) ?? 0
        }
        return MetricFamily(
            "portico_certificates_ready",
            .gauge,
            "Certificates of domains that event loops have ready for handshakes, each counted for every loop.",
            count
        )
    }

    /// What each loop says of its load.
    private func loadFamilies() async -> [MetricFamily] {
        var loads: [(labels: [MetricFamily.Label], load: LoadShedding)] = []
        for (number, loop) in self.loops.enumerated() {
            guard let load = try? await loop.eventLoop.submit({ loop.value.proxy.shedding }).get() else { continue }
            loads.append(([.init("loop", "\(number)")], load))
        }
        func gauge(_ name: String, _ help: String, _ value: (LoadShedding) -> Double?) -> MetricFamily {
            let samples = loads.compactMap { labels, load in
                value(load).map { MetricFamily.Sample(labels: labels, $0) }
            }
            return MetricFamily(name, .gauge, help, samples)
        }
        return [
            gauge(
                "portico_event_loop_lag_seconds",
                "How late the clock of each event loop was when it was looked at last."
            ) { Double($0.lag) / 1000 },
            gauge(
                "portico_event_loop_busy_ratio",
                "The share of the last quarter of a second in which each event loop had something to do."
            ) { $0.busy },
            gauge(
                "portico_event_loop_wait_seconds",
                "How long a request was reckoned to wait on each event loop, where it has no time to spare."
            ) { $0.queue.delay },
            gauge(
                "portico_event_loop_refused_ratio",
                "The share of new requests that each event loop refuses for its standing queue."
            ) { $0.queue.probability },
        ]
    }

    /// Each loop copies what it has; the copies are put together here.
    private func counts() async -> LoopCounts {
        var sum = LoopCounts()
        for loop in self.loops {
            // A loop that has shut down has nothing to tell any more.
            guard let counts = try? await loop.eventLoop.submit({ loop.value.proxy.counts() }).get() else { continue }
            sum.add(counts)
        }
        return sum
    }

    private var endpointFamilies: [MetricFamily] {
        struct Key: Hashable {
            let type: String
            let binding: String
            let proto: String
        }
        var online: [Key: Int] = [:]
        var members: [String: Int] = [:]
        for endpoint in self.planner.endpoints {
            let key = Key(
                type: endpoint.target.metricName,
                binding: endpoint.binding.rawValue,
                proto: endpoint.url.scheme.rawValue
            )
            online[key, default: 0] += 1
            if endpoint.isPooled { members["\(endpoint.url)", default: 0] += 1 }
        }
        let pools = members.filter { $0.value > 1 }.sorted { $0.key < $1.key }
        return [
            MetricFamily(
                "portico_endpoints_online",
                .gauge,
                "Endpoints that are served; held are those whose agent is away for a moment.",
                online.map { key, count in
                    MetricFamily.Sample(
                        labels: [.init("type", key.type), .init("binding", key.binding), .init("proto", key.proto)],
                        Double(count)
                    )
                }
            ),
            MetricFamily(
                "portico_pool_members",
                .gauge,
                "Endpoints that share a URL, where there are several.",
                pools.prefix(self.configuration.proxy.limits.countedEndpoints).map { url, count in
                    .init(labels: [.init("endpoint", url)], Double(count))
                }
            ),
        ]
    }
}

extension RoutedEndpoint.Target {
    fileprivate var metricName: String {
        switch self {
        case .agent: "agent"
        case .address: "static"
        case .held: "held"
        case .cloud: "cloud"
        }
    }
}

/// What an edge has done since it started, and what is connected now.
package struct EdgeStatistics: Sendable {
    package let agents: Int
    package let visitors: Int
    package let counts: LoopCounts
}
