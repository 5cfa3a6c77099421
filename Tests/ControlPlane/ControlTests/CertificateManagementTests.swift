import ACME
import Foundation
import Model
import Secrets
import Testing

@testable import Control

/// How far the edge is with a certificate, and when it tries again.
@Suite struct CertificateManagementTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static let first = Duration.seconds(5)

    @Test func `At most five tries fail in an hour, and the second comes within seconds`() {
        var elapsed: TimeInterval = 0
        var failures = 0
        while elapsed < 3600 {
            failures += 1
            elapsed += CertificateManagement.wait(after: failures, first: Self.first)
        }
        #expect(failures <= 5)
        #expect((5...6).contains(CertificateManagement.wait(after: 1, first: Self.first)))
        #expect(CertificateManagement.wait(after: 1_000_000, first: Self.first) <= 12 * 3600 * 1.2)
    }

    @Test(arguments: [
        (ACMEError.invalid(ACMEProblem(type: "connection", detail: "")), "DNS_ERROR"),
        (.problem(ACMEProblem(type: "caa", detail: "")), "DNS_ERROR"), (.noChallenge("*.a.test"), "DNS_ERROR"),
        (.problem(ACMEProblem(type: "rateLimited", detail: "")), "INTERNAL_ERROR"),
        (.unreachable("away"), "INTERNAL_ERROR"),
    ])
    func `A failure is that of the name, or another, and has a time to try again`(error: ACMEError, code: String) {
        var management = CertificateManagement()
        management.start(at: Self.now)
        #expect(management.due == nil)
        management.fail(error, first: Self.first, at: Self.now)
        #expect(management.job?.errorCode == code)
        #expect(management.job?.failures == 1)
        #expect(management.due.map { $0 > Self.now } ?? false)
    }

    @Test func `An order outlives what has nothing to do with it, and not its own end`() {
        let id = ResourceID<ReservedDomainKind>.new(at: 0)
        let seals = RecordSeals(SealingKeyring(.random()), ReservedDomainRecord.self, id)
        let otherKeys = RecordSeals(SealingKeyring(.random()), ReservedDomainRecord.self, id)
        var management = CertificateManagement()
        management.begin(BegunOrder(url: "https://ca.test/1", key: Secret("key")), seals)
        management.fail(ACMEError.unreachable("away"), first: Self.first, at: Self.now)
        #expect(management.begun(seals)?.key.reveal() == "key")
        #expect(management.begun(otherKeys) == nil)
        management.fail(
            ACMEError.invalid(ACMEProblem(type: "dns", detail: "")),
            first: Self.first,
            at: Self.now
        )
        #expect(management.begun(seals) == nil)
    }

    @Test func `A certificate that is there is due when it is to be renewed, and one that was being renewed at once`() {
        var management = CertificateManagement()
        management.succeed("cert_1", renews: Self.now)
        #expect(management.due == Self.now)
        management.start(at: Self.now)
        #expect(management.due == nil)
        #expect(management.certificate == "cert_1")
    }
}
