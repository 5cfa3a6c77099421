import APITypes
import Addressing
import Capture
import Certificates
import Control
import EdgeLink
import Foundation
import JSON
import Model
import NIOCore
import Secrets
import Store
import Testing
import TrafficStore

@testable import Dashboard

/// One of every kind that an account can have, made for the first account, and what of it no other account may see.
struct Possessions: Sendable {
    /// Stands in every name, description and address of what is made.
    static let mark = "kept-by-one-4711"
    private static let sshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

    /// Who has made it.
    let owner: Caller
    /// Identifiers, by the paths of their kinds.
    private(set) var ids: [String: [String]] = [:]
    /// Bodies that made something, by the paths of the kinds.
    private(set) var bodies: [String: JSONObject] = [:]

    /// Whatever must not be in an answer to somebody else.
    var secrets: Set<String> { Set(self.ids.values.joined()).union([Self.mark]) }

    /// Makes all of it. A kind that can be made and of which nothing is said here fails the test.
    init(of it: DashboardUnderTest) async throws {
        let link = try await it.control.signIns.makeLink(for: it.first.user, in: it.first.account)
        let browser = SignIns.Browser(address: nil, userAgent: "test")
        let password = Secret(DashboardUnderTest.password)
        let entry = try await it.control.signIns.redeem(link, name: "", password: password, from: browser)
        self.owner = Caller(
            principal: try await it.control.signIns.session(entry.token).principal,
            operation: .random(),
            address: nil,
            apiURL: "https://api.portico.test"
        )
        for resource in it.control.resources where resource.shape.verbs.contains(.create) {
            let shape = resource.shape
            let body = try #require(try self.body(of: shape), "nothing is said of how to make one of \(shape.path)")
            let checked = try CheckedBody(body, of: shape.fields, for: .create)
            let made = try await resource.create(checked, by: self.owner)
            self.note(made.text("id"), shape.path)
            self.bodies[shape.path] = body
        }
        try await self.connectAgent(it)
        try await self.addVisitor(it)
        try await self.capture(it)
        for resource in it.control.resources where resource.shape.verbs.contains(.list) {
            let page = try await resource.list(ListQuery(), by: self.owner)
            #expect(!page.items.isEmpty, "the first account has nothing of \(resource.shape.path)")
            for item in page.items { self.note(item.text("id"), resource.shape.path) }
        }
        self.ids["members", default: []] += [it.first.user.text]
        self.ids["accounts", default: []] += [it.first.account.text]
    }

    private mutating func note(_ id: String, _ path: String) {
        // Kinds that are not found by an identifier have none.
        guard !id.isEmpty, !(self.ids[path] ?? []).contains(id) else { return }
        self.ids[path, default: []].append(id)
    }

    private func id(_ path: String) throws -> JSONValue {
        .string(try #require(self.ids[path]?.first, "\(path) is made before what needs it"))
    }

    // MARK: - Bodies

    private func body(of shape: ResourceShape) throws -> JSONObject? {
        var body = try self.needs(of: shape)
        if body == nil { return nil }
        for name in ["description", "metadata"] where shape.field(name) != nil {
            body?.set(name, to: .string(Self.mark))
        }
        return body
    }

    /// What a kind does not go without.
    private func needs(of shape: ResourceShape) throws -> JSONObject? {
        let mark = Self.mark
        switch shape.path {
        case "api_keys", "credentials", "ip_policies", "reserved_addrs", "event_subscriptions",
            "personal_access_tokens", "ssh_certificate_authorities":
            return [:]
        case "service_users", "bot_users": return ["name": .string("\(mark) \(shape.path)")]
        case "reserved_domains": return ["domain": .string("\(mark).example.test")]
        case "agent_ingresses": return ["domain": .string("\(mark).example.org")]
        case "ip_policy_rules":
            return ["ip_policy_id": try self.id("ip_policies"), "cidr": "192.0.2.0/24", "action": "allow"]
        case "ip_restrictions": return ["type": "agent", "ip_policy_ids": [try self.id("ip_policies")]]
        case "ssh_credentials": return ["public_key": .string(Self.sshKey)]
        case "ssh_host_certificates", "ssh_user_certificates":
            return [
                "ssh_certificate_authority_id": try self.id("ssh_certificate_authorities"),
                "public_key": .string(Self.sshKey),
            ]
        case "kubernetes_operators":
            return ["enabled_features": ["bindings"], "deployment": ["name": .string(mark), "namespace": "edge"]]
        case "abuse_reports": return ["urls": [.string("https://\(mark).example.test/x")]]
        case "event_destinations": return ["target": ["debug": ["log": true]]]
        case "vaults": return ["name": .string(mark)]
        case "vault_secrets":
            return ["name": .string(mark), "value": .string(mark), "vault_id": try self.id("vaults")]
        case "tls_certificates":
            let issued = try LocalAuthority.create().issue(for: ["certificate.example.test"])
            return [
                "certificate_pem": .string(issued.certificatePEM), "private_key_pem": .string(issued.keyPEM.reveal()),
            ]
        case "certificate_authorities": return ["ca_pem": .string(try LocalAuthority.create().certificatePEM)]
        case "endpoints":
            return [
                "url": .string("https://\(mark).internal"),
                "traffic_policy": "on_http_request: [{actions: [{type: deny}]}]",
            ]
        default: return nil
        }
    }

    // MARK: - What is not made by a call

    private func connectAgent(_ it: DashboardUnderTest) async throws {
        let request = SessionRequest(
            connection: ConnectionID(1),
            remoteAddress: NetworkAddress(ip: try IPAddress(parsing: "192.0.2.7"), port: 4321),
            connectHost: nil,
            versions: ["3"],
            clientID: "",
            cookie: "",
            authtoken: it.first.authtoken.token,
            legNumber: 0,
            userAgent: "portico/1.0",
            clientType: "portico",
            clientVersion: "1.0",
            operatingSystem: "linux",
            architecture: "x86_64",
            metadata: Self.mark,
            heartbeatInterval: .seconds(10),
            heartbeatTolerance: .seconds(15)
        )
        _ = try await it.control.openSession(request)
        var bind = BindRequest(bindID: "", scheme: .https)
        bind.url = "https://\(Self.mark).portico.test"
        bind.forwardsTo = "http://localhost:8080"
        _ = try await it.control.bind(bind, on: ConnectionID(1))
    }

    private mutating func addVisitor(_ it: DashboardUnderTest) async throws {
        let (user, session) = (
            ResourceID<ApplicationUserKind>.new(at: 1), ResourceID<ApplicationSessionKind>.new(at: 1)
        )
        let now = Date()
        let visitor = ApplicationUserRecord(
            account: it.first.account,
            providerName: Self.mark,
            providerURL: "https://id.example.test",
            subject: Self.mark,
            username: Self.mark,
            email: "\(Self.mark)@example.test",
            name: Self.mark,
            at: now
        )
        let visit = ApplicationSessionRecord(
            user: user,
            endpoint: "",
            url: "https://\(Self.mark).portico.test",
            browser: .init(raw: Self.mark),
            address: "192.0.2.7",
            location: nil,
            at: now,
            expires: now.addingTimeInterval(3600)
        )
        try await it.store.commit([
            .create(visitor, user, owner: it.first.account), .create(visit, session, owner: it.first.account),
        ])
    }

    private mutating func capture(_ it: DashboardUnderTest) async throws {
        var facts = TrafficFacts(
            id: "req_\(String(repeating: "a", count: 32))",
            account: it.first.account,
            endpointID: .random(),
            endpoint: "https://\(Self.mark).portico.test",
            time: Date()
        )
        (facts.method, facts.scheme, facts.path, facts.status) = ("GET", "https", "/\(Self.mark)", 200)
        (facts.host, facts.answerer) = ("\(Self.mark).portico.test", .upstream)
        let message = CapturedMessage(fields: [.init("X-Mark", Self.mark)], body: ByteBuffer())
        try await it.traffic.append([TrafficExchange(facts: facts, detail: TrafficDetail(request: message))])
    }
}
