import Addressing
import Expression
import Foundation
import Model
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// `restrict-ips` (`spec/traffic-policy.md` 4.22). The visitor is 198.51.100.7 where nothing else is said.
@Suite struct RestrictIPsTests {
    private struct Policies: IPPolicyDirectory {
        func list(_ id: String, of account: ResourceID<AccountKind>) -> IPAccessList? {
            guard let office = try? IPPrefix(parsing: "198.51.100.0/24"),
                let bad = try? IPPrefix(parsing: "198.51.100.7")
            else { return nil }
            switch id {
            case "ipp_office": return IPAccessList(allowed: [office])
            case "ipp_bad": return IPAccessList(denied: [bad])
            default: return nil
            }
        }
    }

    private func run(
        _ config: String,
        client: String? = "198.51.100.7",
        in phase: PolicyPhase = .httpRequest
    ) throws -> (outcome: PhaseOutcome?, exchange: Exchange) {
        var fixture = ExchangeFixture()
        fixture.client = try client.map { NetworkAddress(ip: try IPAddress(parsing: $0), port: 1) }
        fixture.fields += [("X-Forwarded-For", "203.0.113.1"), ("X-Range", "198.51.100.0/28")]
        fixture.services = PolicyServices(ipPolicies: Policies())
        let exchange = try fixture.responding(phase, actions: "- type: restrict-ips\n  config: {\(config)}")
        return (exchange.run(phase), exchange)
    }

    @Test(
        arguments: [
            ("allow: [198.51.100.0/24]", "proceed"), ("allow: [198.51.100.7]", "proceed"),
            ("allow: [198.51.100.99/24]", "proceed"), ("allow: 198.51.100.7", "proceed"),
            ("allow: [203.0.113.0/24]", "fail 3203 403"), ("allow: [203.0.113.0/24, 198.51.0.0/16]", "proceed"),
            ("allow: [198.51.0.0/16], deny: [198.51.100.0/24]", "fail 3203 403"),
            ("allow: [198.51.0.0/16], deny: [10.0.0.0/8]", "proceed"), ("allow: []", "fail 3203 403"),
            ("allow: ['::/0']", "fail 3203 403"), ("allow: ['::ffff:198.51.100.0/120']", "proceed"),
            ("ip_policies: [ipp_office]", "proceed"), ("ip_policies: [ipp_office, ipp_bad]", "fail 3203 403"),
            ("ip_policies: [ipp_none]", "fail 3203 403"),
            ("allow: [0.0.0.0/0], ip_policies: [ipp_bad]", "fail 3203 403"),
            ("allow: ['${conn.client_ip}/32']", "proceed"), ("allow: [\"${getReqHeader('x-range')[0]}\"]", "proceed"),
        ]
    )
    func `allow, deny, ip_policies: in an allowed range and in no denied one`(config: String, outcome: String) throws {
        #expect(try self.run(config).outcome?.brief == outcome)
    }

    @Test func `An address of IPv6 matches ranges of IPv6`() throws {
        #expect(try self.run("allow: ['2001:db8::/32']", client: "2001:db8::7").outcome?.brief == "proceed")
        #expect(try self.run("allow: [0.0.0.0/0]", client: "2001:db8::7").outcome?.brief == "fail 3203 403")
    }

    @Test func `A visitor whose address isn't known is in no range`() throws {
        #expect(try self.run("allow: [0.0.0.0/0, '::/0']", client: nil).outcome?.brief == "fail 3203 403")
    }

    @Test func `enforce: false lets pass, and the result tells`() throws {
        let (outcome, exchange) = try self.run("enforce: false, allow: [10.0.0.0/8]")
        #expect(outcome?.brief == "proceed" && exchange.record.ipPolicy == .block)
        #expect(try exchange.read("actions.ngrok.restrict_ips.action") == "deny")
    }

    @Test(arguments: [(PolicyPhase.tcpConnect, "close"), (.httpResponse, "fail 3203 403")])
    func `Who may not pass is cut off in on_tcp_connect, and refused after the upstream answered`(
        phase: PolicyPhase,
        outcome: String
    ) throws {
        #expect(try self.run("allow: [10.0.0.0/8]", in: phase).outcome?.brief == outcome)
    }

    @Test(arguments: [
        ("allow: [0.0.0.0/0, 198.51.0.0/16, 198.51.100.0/24]", "allow", "198.51.100.0/24"),
        ("allow: [198.51.100.7], deny: [198.0.0.0/8]", "deny", "198.0.0.0/8"), ("allow: [10.0.0.0/8]", "deny", ""),
        ("allow: [198.0.0.0/8, '${conn.client_ip}']", "allow", "198.51.100.7/32"),
    ])
    func `restrict_ips.action, restrict_ips.matched_cidr: the range that decided`(
        config: String,
        action: String,
        range: String
    ) throws {
        let exchange = try self.run(config).exchange
        #expect(try exchange.read("actions.ngrok.restrict_ips.action") == action)
        #expect(try exchange.read("actions.ngrok.restrict_ips.matched_cidr") == range)
        #expect(exchange.record.ipPolicy?.rawValue == (action == "allow" ? "allow" : "block"))
    }

    @Test(arguments: [("allow: ['${vars.none}']", "fail 2253 500"), ("allow: ['${\"x\"}']", "fail 2217 500")])
    func `A range without a value, or one that is none, fails`(config: String, outcome: String) throws {
        #expect(try self.run(config).outcome?.brief == outcome)
    }

    @Test func `An IP policy that isn't there is noted`() throws {
        let exchange = try self.run("ip_policies: [ipp_none]").exchange
        #expect(exchange.record.problems.map(\.message) == ["there is no IP policy ipp_none; it allows no one"])
    }
}

/// `basic-auth` (`spec/traffic-policy.md` 4.3).
@Suite struct BasicAuthTests {
    private func run(
        _ config: String,
        authorization: String?
    ) throws -> (outcome: PhaseOutcome?, exchange: Exchange) {
        var fixture = ExchangeFixture()
        if let authorization { fixture.fields += [("Authorization", authorization)] }
        fixture.fields += [("X-Password", "from-the-header")]
        fixture.services = PolicyServices(secrets: FixtureSecrets())
        let exchange = try fixture.exchange(actions: "- type: basic-auth\n  config: {\(config)}")
        return (exchange.run(.httpRequest), exchange)
    }

    private static func basic(_ text: String, _ scheme: String = "Basic") -> String {
        "\(scheme) \(Data(text.utf8).base64EncodedString())"
    }

    private static let two = "credentials: ['alice:correct-horse', 'bob:with:colons:in-it']"

    @Test(arguments: [
        (basic("alice:correct-horse"), true), (basic("bob:with:colons:in-it"), true),
        (basic("alice:correct-horse", "BASIC"), true), (basic("alice:wrong-horse"), false),
        (basic("alice:with:colons:in-it"), false), (basic("alice"), false),
        (basic("alice:correct-horse", "Bearer"), false),
        ("Basic !!!", false), ("", false), (basic("Alice:correct-horse"), false), (basic("alice:correct-hors"), false),
        (basic("alice:correct-horse "), false),
    ])
    func `credentials: any of them lets in`(authorization: String, isAuthorized: Bool) throws {
        let (outcome, exchange) = try self.run(Self.two, authorization: authorization)
        #expect(outcome?.brief == (isAuthorized ? "proceed" : "respond 401"))
        #expect(try exchange.read("actions.ngrok.basic_auth.credentials.authorized") == "\(isAuthorized)")
        #expect(exchange.record.basicAuth?.decision == (isAuthorized ? .allow : .block))
    }

    @Test func `Without the header the answer is 401 with the challenge and no body`() throws {
        let response = try #require(try self.run(Self.two, authorization: nil).outcome?.response)
        #expect(response.status == 401 && response.body.readableBytes == 0 && !response.runsResponsePhase)
        #expect(response.fields.map { "\($0.name): \($0.value)" } == [#"www-authenticate: Basic realm="portico""#])
    }

    @Test func `realm: as it is shown, quotes escaped`() throws {
        let config = Self.two + #", realm: 'a "b" \c'"#
        let response = try #require(try self.run(config, authorization: nil).outcome?.response)
        #expect(response.fields.first?.value == #"Basic realm="a \"b\" \\c""#)
    }

    @Test func `enforce: false goes on, and the results tell`() throws {
        let (outcome, exchange) = try self.run(Self.two + ", enforce: false", authorization: Self.basic("eve:guess-it"))
        #expect(outcome?.brief == "proceed")
        #expect(
            try exchange.read(
                """
                actions.ngrok.basic_auth.credentials.presented
                && actions.ngrok.basic_auth.credentials.username == 'eve'
                && !actions.ngrok.basic_auth.credentials.authorized
                """
            ) == "true"
        )
        let none = try self.run(Self.two + ", enforce: false", authorization: nil).exchange
        #expect(try none.read("actions.ngrok.basic_auth.credentials.presented") == "false")
    }

    @Test func `Who passes keeps the Authorization header`() throws {
        let exchange = try self.run(Self.two, authorization: Self.basic("alice:correct-horse")).exchange
        #expect(exchange.request.head.contains("authorization") && !exchange.request.head.isEdited)
    }

    @Test(arguments: [
        (#"["${'carol:' + secrets.get('prod', 'key')}"]"#, "carol:hunter2hunter2"),
        (#"["carol:${secrets.get('prod', 'key')}"]"#, "carol:hunter2hunter2"),
        (#"["${'car' + 'ol'}:${getReqHeader('x-password')[0]}"]"#, "carol:from-the-header"),
        (#"["c${'aro'}l:pre-${'a:b'}"]"#, "carol:pre-a:b"),
    ])
    func `credentials: interpolated, as a whole or each side`(credentials: String, accepted: String) throws {
        let right = try self.run("credentials: \(credentials)", authorization: Self.basic(accepted)).outcome
        #expect(right?.brief == "proceed")
        let wrong = try self.run("credentials: \(credentials)", authorization: Self.basic(accepted + "x")).outcome
        #expect(wrong?.brief == "respond 401")
    }

    @Test(arguments: [
        (#"["${vars.none}"]"#, "a credential has no value"), (#"["${'no colon'}"]"#, "not user:password"),
        (#"["${':' + 'password'}"]"#, "not user:password"), (#"["${'a:b'}:password"]"#, "has a colon"),
        (#"["${''}:password"]"#, "is empty"),
    ])
    func `A credential that can't be had lets no one in, and is noted`(credentials: String, note: String) throws {
        for guess in [":", "a:b:password", ":password", "no colon:"] {
            let (outcome, exchange) = try self.run("credentials: \(credentials)", authorization: Self.basic(guess))
            #expect(outcome?.brief == "respond 401")
            #expect(exchange.record.problems.contains { $0.message.contains(note) })
        }
    }
}
