import ACME
import Addressing
import ChallengeDNS
import Control
import EdgeTestSupport
import Foundation
import JSON
import NIOPosix
import Store
import TestSupport
import Testing

/// Wildcards whose owners point `_acme-challenge` to the edge's own zone: Pebble asks Unbound, and Unbound the edge.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DelegatedChallengeTests {
    private static func withZone(_ body: (ChallengeZone, Int) async throws -> Void) async throws {
        let zone = ChallengeZone(
            name: try HostName(parsing: "acme.edge.test"),
            servers: [try HostName(parsing: "ns1.edge.test")]
        )
        let server = try await ChallengeServer.open(
            zone,
            host: "127.0.0.1",
            port: 0,
            on: MultiThreadedEventLoopGroup.singleton
        )
        do {
            try await body(zone, server.port)
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    @Test func `A wildcard gets a certificate once its owner has pointed to the edge, and deleting it revokes that`()
        async throws
    {
        try await Self.withZone { zone, port in
            try await TestPebble.with(zone: ("acme.edge.test", port)) { pebble in
                var settings = try pebble.settings(.dns)
                settings.zone = zone
                settings.firstRetry = .milliseconds(50)
                let root = try await pebble.root()
                try await TestEdge.with { [settings] in
                    $0.useACME(of: pebble, settings)
                } _: { edge in
                    try await edge.withAPI { api in
                        let made = try await api.call("POST", "/reserved_domains", ["domain": "*.shop.example"])
                        let target = made.text("acme_challenge_cname_target")
                        #expect(target.hasSuffix(".acme.edge.test"), "\(made)")
                        try pebble.point("_acme-challenge.shop.example", to: target)
                        let done = try await ManagedDomain.wait(edge, until: ManagedDomain.isDone)
                        try await ManagedDomain.visitWhenServed("app.shop.example", edge, trusting: root)
                        let id = try #require(done.document.management?.certificate)
                        let certificate = try await api.call("GET", "/tls_certificates/\(id)")
                        #expect(certificate.text("private_key_pem").isEmpty)
                        let serial = certificate.text("serial_number")
                        #expect(try await pebble.status(ofSerial: serial).contains("\"Valid\""))

                        let gone = try await api.call("DELETE", "/reserved_domains/\(made.text("id"))")
                        #expect(gone.status == 204, "\(gone)")
                        while try await !pebble.status(ofSerial: serial).contains("\"Revoked\"") {
                            try Task.checkCancellation()
                        }
                        // Nothing is left to say, and nothing stands in the zone.
                        while try await !edge.store.list(RevocationRecord.recordKind, in: .platform, Page()).isEmpty {
                            try Task.checkCancellation()
                        }
                    }
                }
            }
        }
    }

    @Test func `dig is told what stands in the zone, over UDP and TCP`() async throws {
        try await Self.withZone { zone, port in
            let dig = try #require(Tool("dig"))
            let name = try #require(zone.target("one"))
            #expect(zone.add("first", at: name) && zone.add("second", at: name))
            let words = ["@127.0.0.1", "-p", "\(port)", "+tries=1"]
            for way in ["+notcp", "+tcp"] {
                let records = try await dig.run(words + [way, "+short", "TXT", "oNe.acme.edge.test"])
                #expect(records == "\"first\"\n\"second\"\n")
                let soa = try await dig.run(words + [way, "+short", "SOA", "acme.edge.test"])
                #expect(soa.hasPrefix("ns1.edge.test. hostmaster.acme.edge.test. 1 "), "\(soa)")
                #expect(try await dig.run(words + [way, "TXT", "two.acme.edge.test"]).contains("status: NXDOMAIN"))
                #expect(try await dig.run(words + [way, "A", "edge.test"]).contains("status: REFUSED"))
                let first = try await dig.run(words + [way, "A", "one.acme.edge.test"])
                #expect(first.contains("status: NOERROR") && first.contains("flags: qr aa rd;"), "\(first)")
                #expect(!first.contains("WARNING: Message parser"), "\(first)")
            }
        }
    }
}
