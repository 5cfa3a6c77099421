import Certificates
import Foundation
import JSON
import Model
import NIOSSL
import Testing

@testable import APIServer

/// The API over TLS.
@Suite struct TLSTests {
    @Test func `The API is served with the certificate of the moment, and says https`() async throws {
        let authority = try LocalAuthority.create()
        let first = try authority.issue(for: ["api.portico.test"])
        let certificate = try APICertificate(chainPEM: first.certificatePEM, keyPEM: first.keyPEM)
        let trusting = try Self.context(trusting: authority)
        try await APIUnderTest.run({ $0.certificate = certificate }) { (api) async throws in
            let fields = ["authorization": "Bearer \(api.key)", "ngrok-version": "2"]
            func root(_ context: NIOSSLContext) async throws -> HTTPAnswer {
                try await HTTPAnswer.of("GET", "/", fields: fields, body: [], port: api.port, over: context)
            }
            #expect(try await root(trusting).object.text("uri") == "https://127.0.0.1:\(api.port)/")

            let other = try LocalAuthority.create()
            let second = try other.issue(for: ["api.portico.test"])
            try certificate.replace(chainPEM: second.certificatePEM, keyPEM: second.keyPEM)
            await #expect(throws: (any Error).self) { try await root(trusting) }
            #expect(try await root(Self.context(trusting: other)).status == 200)
        }
    }

    @Test func `A certificate that is none is refused`() throws {
        #expect(throws: Failure.self) { try APICertificate(chainPEM: "none", keyPEM: Secret("none")) }
    }

    private static func context(trusting authority: LocalAuthority) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        let pem = Array(try authority.certificatePEM.utf8)
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(pem))
        return try NIOSSLContext(configuration: configuration)
    }
}
