import Addressing
import Control
import EdgeTestSupport
import EventDelivery
import Foundation
import Model
import Secrets
import Testing

extension SecretScanTests {
    /// Somebody comes in at the dashboard by a link, sets a password and a second factor, and invites another.
    static func signIn(_ edge: TestEdge, _ found: ScannedSecrets) async throws {
        let signIns = edge.control.signIns
        let browser = SignIns.Browser(address: nil, userAgent: "scan")
        let (account, user) = (edge.account.account, edge.account.user)
        let link = try await signIns.makeLink(for: user, in: account)
        let password = Secret(found.make("dashboard"))
        let first = try await signIns.redeem(link, name: "Tester", password: password, from: browser)
        try await signIns.beginFactor(of: user, password: password)
        let factor = try #require(try await signIns.own(user).newFactor)
        let code = factor.code(at: Int64(Date().timeIntervalSince1970))
        let recovery = try await signIns.confirmFactor(of: user, code: Secret(code))
        #expect(recovery.count == 10)
        let half = try await signIns.enter(email: "tester@edge.test", password: password, from: browser)
        #expect(half.wantsCode)
        let whole = try await signIns.complete(half.token, code: recovery[0])
        let session = try await signIns.session(whole)
        let caller = Caller(
            principal: session.principal,
            operation: .new(at: 0),
            address: nil,
            apiURL: "https://api.edge.test"
        )
        let rights = try #require(MemberRights(word: "developer"))
        let invitation = try await edge.control.members.invite(email: "b@edge.test", rights: rights, by: caller)
        for secret in [link, first.token, half.token, whole, factor.base32, invitation] { found.add(secret.reveal()) }
        // As people type them, and as they are compared.
        for code in recovery {
            found.add(code.reveal())
            found.add(code.reveal().filter { $0 != "-" })
        }
        found.add(factor.bytes.map { String(format: "%02x", $0) }.joined())
    }
}

/// Reaches no destination: events wait in their files.
struct NobodyThere: EventTransport {
    let authorities = ""

    func post(_ post: EventPost) async throws(DeliveryError) -> EventAnswer { throw .failed("nobody is there") }

    func addresses(of host: String, port: UInt16) async throws(DeliveryError) -> [IPAddress] {
        throw .failed("nobody is there")
    }

    func permits(_ address: IPAddress) -> Bool { false }
}
