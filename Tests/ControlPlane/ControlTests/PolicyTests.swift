import Addressing
import EdgeLink
import Model
import Secrets
import Store
import Testing
import TrafficPolicy

@testable import Control

@Suite struct PolicyTests {
    private static let denies = """
        on_http_request:
          - expressions: ["req.method == 'POST'"]
            actions: [{type: deny}]
        """

    private func controlUnderTest() async throws -> ControlUnderTest {
        let test = try await ControlUnderTest { $0.runnableActions = [.deny, .addHeaders] }
        try await test.open(on: 1)
        return test
    }

    @Test func `A policy stands before the endpoint that was bound with it`() async throws {
        let test = try await self.controlUnderTest()
        let grant = try await test.bind { $0.trafficPolicy = Self.denies }
        let policy = try #require(await test.routed(grant.url)?.policy)
        #expect(policy.text == Self.denies)
        #expect(policy.policy.rules(in: .httpRequest).count == 1)
    }

    @Test(arguments: ["", " \n\t", "{}", "{ }", "null", "---", "on_http_request: []", "enabled: false"])
    func `A policy that runs nothing is none`(text: String) async throws {
        let test = try await self.controlUnderTest()
        let grant = try await test.bind { $0.trafficPolicy = text }
        #expect(try #require(await test.routed(grant.url)).policy == nil)
    }

    /// Documents, and the code and place with which they are refused.
    @Test(
        arguments: [
            ("{", EndpointScheme.https, 2236, "1:"), ("on_http_request: [{}]", .https, 2206, "1:19"),
            ("on_http_request: [{actions: [{type: nothing}]}]", .https, 2201, "1:"),
            ("on_http_request: [{expressions: ['1 +'], actions: [{type: deny}]}]", .https, 2200, "1:"),
            ("on_http_request: [{actions: [{type: deny}]}]", .tcp, 2230, "1:"),
            ("on_http_request: [{actions: [{type: close-connection}]}]", .https, 100_401, "1:"),
        ]
    )
    func `A wrong policy is refused with code and place`(
        text: String,
        scheme: EndpointScheme,
        expected: Int,
        place: String
    ) async throws {
        let test = try await self.controlUnderTest()
        do {
            _ = try await test.bind("", scheme) { $0.trafficPolicy = text }
            Issue.record("the policy was taken")
        } catch let failure as Failure {
            #expect(failure.code.number == expected, "\(failure)")
            #expect("\(failure)".contains(place), "\(failure)")
        }
        #expect(await test.table.endpoints.isEmpty)
    }

    @Test func `A patch puts another policy in force, and a wrong one leaves the one before`() async throws {
        let test = try await self.controlUnderTest()
        let grant = try await test.bind { $0.trafficPolicy = Self.denies }
        var patch = EndpointPatch(tunnelID: grant.tunnelID.text)
        patch.metadata = "nothing of a policy"
        try await test.control.patch(patch, on: ConnectionID(1))
        #expect(await test.routed(grant.url)?.policy?.text == Self.denies)

        patch.trafficPolicy = "on_http_request: [{actions: [{type: add-headers, config: {headers: {a: b}}}]}]"
        try await test.control.patch(patch, on: ConnectionID(1))
        let routed = try #require(await test.routed(grant.url))
        #expect(routed.policy?.text == patch.trafficPolicy)

        patch.trafficPolicy = "on_http_request: 1"
        let wrong = patch
        #expect(await code { try await test.control.patch(wrong, on: ConnectionID(1)) } == 2236)
        #expect(await test.routed(grant.url)?.policy?.text == routed.policy?.text)

        patch.trafficPolicy = ""
        try await test.control.patch(patch, on: ConnectionID(1))
        #expect(try #require(await test.routed(grant.url)).policy == nil)
    }

    @Test func `A policy names IP policies of its account alone`() async throws {
        let test = try await ControlUnderTest { $0.runnableActions = [.restrictIPs] }
        try await test.open(on: 1)
        let other = try await test.otherAccount().account
        let ids = (0..<2).map { _ in ResourceID<IPPolicyKind>.new(at: 0) }
        let record = IPPolicyRecord(created: test.timeOfDay.now)
        try await test.store.commit([
            .create(record, ids[0], owner: test.first.account), .create(record, ids[1], owner: other),
        ])
        @Sendable func policy(_ ids: String...) -> String {
            let list = ids.joined(separator: ", ")
            return "on_tcp_connect:\n  - actions: [{type: restrict-ips, config: {ip_policies: [\(list)]}}]"
        }
        let grant = try await test.bind { $0.trafficPolicy = policy(ids[0].text) }
        do {
            _ = try await test.bind { $0.trafficPolicy = policy(ids[0].text, ids[1].text, "ipp_none") }
            Issue.record("a policy with unknown objects was taken")
        } catch let failure as Failure {
            #expect(failure.code.number == 2216)
            let lines = "\(failure)".split(separator: "\n").filter { $0.contains("2:") }
            let unknown = [ids[1].text, "ipp_none"]
            #expect(unknown.allSatisfy { id in lines.contains { $0.contains(id) } }, "\(failure)")
            #expect(!"\(failure)".contains(ids[0].text))
        }
        var patch = EndpointPatch(tunnelID: grant.tunnelID.text)
        patch.trafficPolicy = policy(ids[1].text)
        let wrong = patch
        #expect(await code { try await test.control.patch(wrong, on: ConnectionID(1)) } == 2216)
        #expect(await test.routed(grant.url)?.policy?.text == policy(ids[0].text))
    }

    @Test func `An agent that binds again brings the policy that counts`() async throws {
        let test = try await self.controlUnderTest()
        let grant = try await test.bind { $0.trafficPolicy = Self.denies }
        try await test.bind(grant.url.description, id: grant.bindID) { $0.trafficPolicy = "" }
        #expect(try #require(await test.routed(grant.url)).policy == nil)
    }
}
