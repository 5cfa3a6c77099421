import Certificates
import Foundation
import NIOConcurrencyHelpers
import Secrets
import Testing

@testable import ACME

/// What the client makes of authorities that answer otherwise than they should.
@Suite struct ACMEClientTests {
    /// An authority at the seam of the transport. It answers by a closure, which is given what is in the signed payload.
    private struct FakeAuthority: ACMETransport {
        typealias Answer = (status: Int, fields: [String: String], body: String)

        private let asked = NIOLockedValueBox<[String]>([])
        let answer: @Sendable (_ target: String, _ count: Int) -> Answer

        /// The targets of all requests.
        var targets: [String] { self.asked.withLockedValue(\.self) }

        func send(_ request: ACMERequest) async throws(ACMEError) -> ACMEResponse {
            let target = request.url.target
            let count = self.asked.withLockedValue { asked in
                asked.append(target)
                return asked.count { $0 == target }
            }
            let given = target == "/dir" ? (200, [:], Self.directory) : self.answer(target, count)
            var fields = given.1
            fields["replay-nonce"] = "nonce"
            return ACMEResponse(status: given.0, fields: fields, body: Array(given.2.utf8))
        }

        private static let directory = """
            {"newNonce": "https://ca.test/nonce", "newAccount": "https://ca.test/account",
            "newOrder": "https://ca.test/order", "renewalInfo": "https://ca.test/renewal"}
            """
    }

    private static func client(_ authority: FakeAuthority, account: String? = nil) throws -> ACMEClient {
        ACMEClient(
            authority,
            directory: try #require(ACMEURL("https://ca.test/dir")),
            account: ACMEClient.Account(key: .random(), url: account),
            contact: nil,
            external: nil
        )
    }

    private static let order = #"{"status": "pending", "authorizations": [], "finalize": "https://ca.test/f"}"#

    private static func problem(_ type: String) -> String {
        #"{"type": "urn:ietf:params:acme:error:\#(type)", "detail": "No."}"#
    }

    @Test func `A nonce that is refused is followed by the next, but not for ever`() async throws {
        let authority = FakeAuthority { _, _ in (400, [:], Self.problem("badNonce")) }
        let client = try Self.client(authority)
        await #expect(throws: ACMEError.problem(ACMEProblem(type: "badNonce", detail: "No."))) {
            _ = try await client.openAccount()
        }
        #expect(authority.targets.count { $0 == "/account" } == 30)
    }

    @Test func `An account that the authority has forgotten is made again, once`() async throws {
        let authority = FakeAuthority { target, count in
            switch (target, count) {
            case ("/account", _): (201, ["location": "https://ca.test/account/2"], "{}")
            case ("/order", 1): (400, [:], Self.problem("accountDoesNotExist"))
            default: (201, ["location": "https://ca.test/order/1"], Self.order)
            }
        }
        let client = try Self.client(authority, account: "https://ca.test/account/1")
        #expect(try await client.newOrder(["app.example.com"]).url == "https://ca.test/order/1")
        #expect(authority.targets.filter { $0 == "/account" }.count == 1)

        let deaf = FakeAuthority { target, _ in
            target == "/account"
                ? (201, ["location": "https://ca.test/account/2"], "{}")
                : (400, [:], Self.problem("accountDoesNotExist"))
        }
        let other = try Self.client(deaf, account: "https://ca.test/account/1")
        await #expect(throws: ACMEError.self) { _ = try await other.newOrder(["app.example.com"]) }
        #expect(deaf.targets.filter { $0 == "/order" }.count == 2)
    }

    @Test(arguments: ["https://inside.test/", "http://ca.test/order/1", "https://ca.test:8443/order/1", "file:///etc"])
    func `An authority sends its client nowhere else`(url: String) async throws {
        let authority = FakeAuthority { _, _ in (200, [:], Self.order) }
        let client = try Self.client(authority, account: "https://ca.test/account/1")
        await #expect(throws: ACMEError.self) { _ = try await client.get(url, as: Order.self) }
        #expect(authority.targets.isEmpty)
    }

    @Test func `A certificate is renewed in the window that the authority suggests, or at two thirds of its life`()
        async throws
    {
        let issued = try LocalAuthority.create().issue(for: ["app.example.com"])
        let chain = try IssuedChain(pem: issued.certificatePEM)
        let format = Date.ISO8601FormatStyle()
        let (start, end) = (Date(timeIntervalSinceNow: 3600), Date(timeIntervalSinceNow: 7200))
        let window = """
            {"suggestedWindow": {"start": "\(start.formatted(format))", "end": "\(end.formatted(format))"}}
            """
        let suggesting = FakeAuthority { _, _ in (200, [:], window) }
        let renewal = try await Self.client(suggesting).renewal(of: chain)
        #expect(renewal > start.addingTimeInterval(-1))
        #expect(renewal < end.addingTimeInterval(1))
        #expect(suggesting.targets == ["/dir", "/renewal/\(try #require(chain.renewalIdentifier))"])

        let silent = FakeAuthority { _, _ in (404, [:], "") }
        #expect(try await Self.client(silent).renewal(of: chain) == chain.ordinaryRenewal)
        // One that never wants it renewed is not listened to.
        let never = FakeAuthority { _, _ in
            (200, [:], #"{"suggestedWindow": {"start": "2999-01-01T00:00:00Z", "end": "2999-01-02T00:00:00Z"}}"#)
        }
        #expect(try await Self.client(never).renewal(of: chain) == chain.ordinaryRenewal)
        #expect(chain.ordinaryRenewal < chain.notAfter)
    }
}
