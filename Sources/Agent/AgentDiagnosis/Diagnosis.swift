import Addressing
package import AgentRuntime
import Model
import NIOCore
import NIOPosix
package import Portico

/// Looks at all that an agent needs to be online and to serve: this host, the way to the edge, the services behind
/// (`spec/agent.md` 9).
package struct Diagnosis: Sendable {
    private let plan: AgentPlan
    private let families: EdgeProbe.Families

    package init(_ plan: AgentPlan, families: EdgeProbe.Families) {
        self.plan = plan
        self.families = families
    }

    /// Tells of each finding as it comes.
    ///
    /// - Returns: all of them.
    package func run(_ tell: (Finding) -> Void) async -> [Finding] {
        var findings = [await self.localhost]
        findings.forEach(tell)
        await self.edge { finding in
            findings.append(finding)
            tell(finding)
        }
        for endpoint in self.plan.endpoints {
            let finding = await Self.upstream(of: endpoint)
            findings.append(finding)
            tell(finding)
        }
        return findings
    }

    /// Upstreams are written as `localhost:8080`; a hosts file without that name makes none of them reachable.
    private var localhost: Finding {
        get async {
            let found: [String]
            do {
                found = try await NIOThreadPool.singleton.runIfActive { HostAddresses.of("localhost") }
            } catch {
                return Finding(.doubtful, "localhost", "Localhost", "The resolver could not be asked: \(error).")
            }
            guard found.contains("127.0.0.1") || found.contains("::1") else {
                let what = found.isEmpty ? "has no address" : "is \(found.joined(separator: ", "))"
                return Finding(
                    .doubtful,
                    "localhost",
                    "Localhost",
                    "The name localhost \(what) on this host. Write 127.0.0.1 for services here, or mend the hosts file."
                )
            }
            return Finding(.good, "localhost", "Localhost", "localhost is \(found.joined(separator: ", "))")
        }
    }

    private func edge(_ report: (Finding) -> Void) async {
        let probe: EdgeProbe
        do throws(PorticoError) {
            probe = try EdgeProbe(self.plan.configuration, families: self.families)
        } catch {
            return report(Finding(.bad, "configuration", "Configuration", error))
        }
        await probe.run { outcome in
            let (key, title) = (outcome.step.rawValue, outcome.step.title)
            switch outcome.result {
            case .success(let text) where outcome.misses.isEmpty:
                report(Finding(.good, key, title, text, time: outcome.time))
            case .success(let text):
                let misses = outcome.misses.joined(separator: "; ")
                report(Finding(.doubtful, key, title, "\(text), but not all addresses do (\(misses))"))
            case .failure(let error):
                report(Finding(.bad, key, title, error, time: outcome.time))
            }
        }
    }

    private static func upstream(of endpoint: EndpointDefinition) async -> Finding {
        let (key, title) = ("upstream:\(endpoint.name)", "Upstream \(endpoint.name)")
        let clock = ContinuousClock()
        let start = clock.now
        do throws(PorticoError) {
            try await endpoint.upstream.probe(patience: .seconds(5))
            return Finding(.good, key, title, "\(endpoint.upstream) answers", time: clock.now - start)
        } catch {
            return Finding(.doubtful, key, title, error, time: clock.now - start)
        }
    }
}

extension EdgeProbe.Step {
    fileprivate var title: String {
        switch self {
        case .nameResolution: "Name resolution"
        case .tcp: "TCP"
        case .tls: "TLS"
        case .tunnelProtocol: "Tunnel protocol"
        case .session: "Authtoken"
        }
    }
}
