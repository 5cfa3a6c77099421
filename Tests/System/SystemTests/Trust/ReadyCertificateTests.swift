import Addressing
import Certificates
import EdgeLink
import EdgeTestSupport
import Foundation
import JSON
import Model
import Secrets
import Store
import Testing

@testable import Control
@testable import Edge

/// Certificates of very many domains: made ready when a handshake asks, and no more of them than may be.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ReadyCertificateTests {
    private static func sources(_ count: Int) throws -> [CertificateSource] {
        let issued = try LocalAuthority.create().issue(for: ["*.shop.example"])
        return try (0..<count).map { number in
            CertificateSource(
                .init(chainPEM: issued.certificatePEM, keyPEM: issued.keyPEM),
                of: try HostPattern(parsing: "d\(number).shop.example")
            )
        }
    }

    @Test func `Those that were asked for last are kept, and no more than may be`() throws {
        let sources = try Self.sources(40)
        var ready = ReadyCertificates(limit: 10)
        var forgotten = 0
        for source in sources {
            forgotten += ready.keep(try source.readyNow())
            // Asked for all the time, this one stays.
            #expect(ready.find(sources[0]) != nil)
            #expect(ready.find(source) != nil)
            #expect(ready.count <= 10)
        }
        #expect(forgotten + ready.count >= 40)
        #expect(ready.find(sources[20]) == nil)
        ready.forget(sources[0])
        #expect(ready.find(sources[0]) == nil)
    }

    @Test func `All who ask while one has it get the same, and it is made anew when nobody has`() async throws {
        let source = try Self.sources(1)[0]
        let first = try await withThrowingTaskGroup(of: ReadyCertificate.self) { group in
            for _ in 0..<20 { group.addTask { try await source.ready() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(first.map(ObjectIdentifier.init)).count == 1)
        #expect(try source.readyNow() === first[0])
    }

    @Test
    func `A certificate that cannot be used is told where few change, and the edge's own is served where many do`()
        throws
    {
        let issued = try LocalAuthority.create().issue(for: ["*.shop.example"])
        let pair = DomainCertificate.KeyPair(chainPEM: issued.certificatePEM, keyPEM: Secret("no key"))
        func certificates(_ count: Int) throws -> [DomainCertificate] {
            try (0..<count).map {
                DomainCertificate(domain: try HostPattern(parsing: "d\($0).shop.example"), revision: 1, keyPair: pair)
            }
        }
        var few = DomainCertificates()
        #expect(try few.take(certificates(3)).failures.count == 3)
        var many = DomainCertificates()
        let taken = try many.take(certificates(100))
        #expect(taken.failures.isEmpty && taken.changes.count == 100)
        var contexts = DomainContexts(limit: 16)
        for change in taken.changes { contexts.apply(change) }
        let host = try HostName(parsing: "d7.shop.example")
        let source = try #require(contexts.source(for: host))
        #expect(throws: Failure.self) { try source.readyNow() }
        contexts.drop(source)
        #expect(contexts.source(for: host) == nil)
        // What changed in between is not dropped for what was there before.
        contexts.apply(CertificateChange(domain: source.domain, source: try Self.sources(8)[7], ready: nil))
        contexts.drop(source)
        #expect(contexts.source(for: host) != nil)
    }

    // MARK: - Many

    /// How many domains, each with a certificate: 10,000 by `PORTICO_CERTIFICATES=10000`.
    private static let count = ProcessInfo.processInfo.environment["PORTICO_CERTIFICATES"].flatMap { Int($0) } ?? 500

    private static func megabytes() throws -> Double {
        let status = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return (Double(line.split(separator: " ").dropLast().last ?? "") ?? 0) / 1024
    }

    /// Domains with certificates that differ, of as many keys as are quickly made.
    private static func fill(_ kept: TestEdge.Kept, _ uploads: [UploadedCertificate]) async throws {
        var writes: [RecordWrite] = []
        for number in 0..<Self.count {
            let upload = uploads[number % uploads.count]
            let certificate = ResourceID<CertificateKind>.new(at: Int64(number))
            let record = TLSCertificateRecord(
                chain: upload.chainPEM,
                sealedKey: TLSCertificateRecord.sealed(
                    upload.keyPEM,
                    RecordSeals(kept.sealingKeys, TLSCertificateRecord.self, certificate)
                ),
                summary: upload.summary,
                created: Date()
            )
            let domain = ReservedDomainRecord(
                domain: "d\(number).many.example",
                certificate: certificate.text,
                places: [],
                created: Date()
            )
            writes.append(try .create(record, certificate, owner: kept.account.account))
            writes.append(try .create(domain, .new(at: Int64(number)), owner: kept.account.account))
            guard writes.count >= 2000 || number == Self.count - 1 else { continue }
            try await kept.store.commit(writes)
            writes = []
        }
    }

    @Test func `An edge with very many certificates starts, and serves each; a change takes no longer than with few`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "many-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let kept = try await TestEdge.Kept.file(at: folder.appending(path: "portico.db").path)
        let authority = try LocalAuthority.create()
        let uploads = try (0..<16).map { _ in
            let issued = try authority.issue(for: ["*.many.example"])
            return try UploadedCertificate(chainPEM: issued.certificatePEM, keyPEM: issued.keyPEM)
        }
        try await Self.fill(kept, uploads)
        let clock = ContinuousClock()
        let (before, begun) = (try Self.megabytes(), clock.now)
        try await TestEdge.with {
            $0.kept = kept
            $0.edge.readyCertificates = 64
        } _: { edge in
            let (started, after) = (clock.now - begun, try Self.megabytes())
            let trust = try authority.certificatePEM
            for number in stride(from: 0, to: Self.count, by: max(1, Self.count / 200)) {
                let visitor = try await edge.visitSecurely("d\(number).many.example", trusting: trust)
                await visitor.close()
            }
            let visited = try Self.megabytes()
            let metrics = await edge.edge.metrics().map { "\($0)" }.joined()
            #expect(metrics.contains("portico_certificates_ready"))

            // One certificate changes, as by a call of the API.
            let pair = uploads[1]
            var times: [Duration] = []
            for round in 0..<20 {
                let change = DomainCertificate(
                    domain: try HostPattern(parsing: "d7.many.example"),
                    revision: Int64.max - 100 + Int64(round),
                    keyPair: .init(chainPEM: pair.chainPEM, keyPEM: pair.keyPEM)
                )
                let changing = clock.now
                #expect(await edge.edge.apply([change]).isEmpty)
                times.append(clock.now - changing)
            }
            times.sort()
            print(
                """
                \(Self.count) certificates: up after \(started), \(Int(after - before)) MB more; \(Int(visited - before)) MB \
                after handshakes with 200 of them; a change of one takes \(times[10])
                """
            )
            #expect(after - before < 100 + Double(Self.count) / 50)
            #expect(visited - before < 150 + Double(Self.count) / 50)
            #expect(times[10] < .milliseconds(100))
        }
    }
}
