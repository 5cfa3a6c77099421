import ACME
import APITypes
package import Foundation
import JSON
import Model
import Secrets

/// How far the edge is with the certificate of a domain that leaves it to the edge (`spec/endpoints.md` 9.4).
package struct CertificateManagement: Codable, Sendable, Hashable {
    /// What goes on, or went wrong, between two certificates.
    package struct Job: Codable, Sendable, Hashable {
        /// `DNS_ERROR` or `INTERNAL_ERROR`; nil while all is well.
        package var errorCode: String?
        package var message: String
        package var started: Date
        package var retries: Date?
        /// In a row.
        package var failures: Int
    }

    /// An order at the authority that is not done.
    package struct Order: Codable, Sendable, Hashable {
        package var url: String
        /// The key of the certificate, sealed.
        package var sealedKey: String
    }

    /// The certificate that it has.
    package var certificate: String?
    package var renews: Date?
    package var job: Job?
    package var order: Order?

    package init() {}

    private static let member = "management.order.sealedKey"
    private static let unbound = SealPurpose("key of a certificate that is ordered")

    func begun(_ seals: RecordSeals) -> BegunOrder? {
        // One whose key does not open is begun anew.
        guard let order, let key = try? seals.open(order.sealedKey, as: Self.member) else { return nil }
        return BegunOrder(url: order.url, key: key)
    }

    mutating func begin(_ order: BegunOrder, _ seals: RecordSeals) {
        self.order = Order(url: order.url, sealedKey: seals.seal(order.key, as: Self.member))
    }

    /// When something is to be done next; nil when it is to be done now.
    var due: Date? {
        if let retries = self.job?.retries { return retries }
        // A job without an end was cut short with the process.
        return self.job == nil && self.certificate != nil ? self.renews : nil
    }

    mutating func start(at now: Date) {
        self.job = Job(
            errorCode: nil,
            message: "The certificate is being obtained.",
            started: now,
            retries: nil,
            failures: self.job?.failures ?? 0
        )
    }

    mutating func succeed(_ certificate: String, renews: Date) {
        self = CertificateManagement()
        self.certificate = certificate
        self.renews = renews
    }

    mutating func fail(_ error: any Error, first: Duration, at now: Date) {
        let failures = min((self.job?.failures ?? 0) + 1, 1000)
        let isOfName =
            switch error as? ACMEError {
            case .invalid(let problem), .problem(let problem): problem.isOfName
            case .noChallenge: true
            default: false
            }
        switch error as? ACMEError {
        // An order that came to nothing is not asked for again.
        case .invalid, .problem, .malformed, .noChallenge: self.order = nil
        default: break
        }
        let reason = (error as? Failure)?.message ?? "\(error)"
        self.job = Job(
            errorCode: isOfName ? "DNS_ERROR" : "INTERNAL_ERROR",
            message: String(reason.prefix(500)),
            started: self.job?.started ?? now,
            retries: now.addingTimeInterval(Self.wait(after: failures, first: first)),
            failures: failures
        )
    }

    /// Five failures an hour at most with a first wait of five seconds (then 1, 5 and 15 minutes), then an hour, and up to
    /// twelve; each up to a fifth longer, so that many domains do not come back at once. The first one is short: what fails
    /// once is as a rule a packet, or a record that the authority's name server learns of a moment later.
    static func wait(after failures: Int, first: Duration) -> TimeInterval {
        let factors: [Double] = [1, 12, 60, 180, 720, 1440, 2880, 5760, 8640]
        let seconds = first / .seconds(1) * factors[min(max(failures, 1), factors.count) - 1]
        return seconds * Double.random(in: 1...1.2)
    }

    /// As the API shows it.
    var members: JSONValue {
        [
            "renews_at": .time(self.renews),
            "provisioning_job": self.job.map { job in
                [
                    "error_code": .text(job.errorCode), "msg": .string(job.message), "started_at": .time(job.started),
                    "retries_at": .time(job.retries),
                ]
            } ?? .null,
        ]
    }
}

extension CertificateManagement {
    /// Seals the key of an order that is under way anew.
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        guard let order,
            let sealed = try seals.resealed(order.sealedKey, as: Self.member, unbound: Self.unbound)
        else { return false }
        self.order?.sealedKey = sealed
        return true
    }
}

extension ReservedDomainRecord: SealedDocument {
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        try self.management?.reseal(seals) ?? false
    }
}
