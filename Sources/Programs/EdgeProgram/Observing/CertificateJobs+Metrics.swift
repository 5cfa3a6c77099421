import Control
import Telemetry

extension CertificateJobs {
    var family: MetricFamily {
        let states = [
            ("waiting", self.waiting), ("ordering", self.ordering), ("failing", self.failing), ("kept", self.kept),
        ]
        return MetricFamily(
            "portico_acme_jobs",
            .gauge,
            "Domains whose certificates the edge obtains, by what is done for them now.",
            states.map { state, count in .init(labels: [.init("state", state)], Double(count)) }
        )
    }
}
