import Addressing
import Certificates
import Model
import NIOSSL
import PolicyEngine
import Testing

@testable import Outbound

/// Whom the edge believes when it asks over TLS.
@Suite(.timeLimit(.minutes(1))) struct OutboundTLSTests {
    private struct Fixture {
        let authority: LocalAuthority
        let context: NIOSSLContext

        /// A certificate for `api.example` and 127.0.0.1.
        init() throws {
            self.authority = try LocalAuthority.create()
            let issued = try self.authority.issue(for: ["api.example"], addresses: [IPAddress(parsing: "127.0.0.1")])
            self.context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: NIOSSLCertificate.fromPEMBytes(Array(issued.certificatePEM.utf8)).map {
                        .certificate($0)
                    },
                    privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(issued.keyPEM.reveal().utf8), format: .pem))
                )
            )
        }

        func configuration(_ port: UInt16) throws -> OutboundConfiguration {
            var configuration = try OutboundConfiguration.local(port)
            configuration.authorities = try self.authority.certificatePEM
            return configuration
        }
    }

    private static let answer = Service.Answer.text("HTTP/1.1 204 No Content\r\n\r\n")
    private static let names = ["api.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]]

    @Test(arguments: ["api.example", "127.0.0.1"])
    func `A certificate of a configured authority counts for its names and addresses`(host: String) async throws {
        let fixture = try Fixture()
        try await Service.with(Self.answer, tls: fixture.context) { service in
            let requester = try OutboundRequester(
                fixture.configuration(service.port),
                resolver: TableResolver(Self.names)
            )
            #expect(try await requester.answer(to: .to("https://\(host):\(service.port)/")).status == 204)
        }
    }

    @Test(arguments: [("other.example", true), ("api.example", false)])
    func `A certificate for another name, or of an authority that nobody named, does not count`(
        host: String,
        isTrusted: Bool
    ) async throws {
        let fixture = try Fixture()
        try await Service.with(Self.answer, tls: fixture.context) { service in
            let requester = try OutboundRequester(
                isTrusted ? fixture.configuration(service.port) : .local(service.port),
                resolver: TableResolver(Self.names)
            )
            guard case .failed = try await requester.problem(with: .to("https://\(host):\(service.port)/")) else {
                Issue.record("it was answered")
                return
            }
            #expect(service.received.isEmpty)
        }
    }

    @Test func `Authorities that cannot be read keep the edge from starting`() throws {
        var configuration = OutboundConfiguration()
        configuration.authorities = "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n"
        #expect(throws: Failure.self) { try OutboundRequester(configuration) }
    }
}
