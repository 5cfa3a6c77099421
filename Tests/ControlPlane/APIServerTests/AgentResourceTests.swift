import APITypes
import Addressing
import Control
import EdgeLink
import Foundation
import JSON
import Model
import Testing

@testable import APIServer

/// What the API shows of agents: endpoints, sessions, and tunnels as they were called before.
@Suite struct AgentResourceTests {
    /// Opens a session of the first account's agent.
    private func connect(_ api: APIUnderTest, on connection: UInt64 = 1) async throws -> SessionGrant {
        try await api.control.openSession(
            SessionRequest(
                connection: ConnectionID(connection),
                remoteAddress: NetworkAddress(ip: try IPAddress(parsing: "192.0.2.7"), port: 4321),
                connectHost: nil,
                versions: ["3"],
                clientID: "",
                cookie: "",
                authtoken: api.first.authtoken.token,
                legNumber: 0,
                userAgent: "portico/1.0",
                clientType: "portico",
                clientVersion: "1.0",
                operatingSystem: "linux",
                architecture: "x86_64",
                metadata: "mine",
                heartbeatInterval: .seconds(10),
                heartbeatTolerance: .seconds(15)
            )
        )
    }

    private func bind(
        _ api: APIUnderTest,
        _ url: String,
        _ scheme: EndpointScheme = .https,
        on connection: UInt64 = 1,
        _ change: (inout BindRequest) -> Void = { _ in }
    ) async throws -> BindGrant {
        var request = BindRequest(bindID: "", scheme: scheme)
        request.url = url
        request.forwardsTo = "http://localhost:8080"
        change(&request)
        return try await api.control.bind(request, on: ConnectionID(connection))
    }

    @Test func `An agent's endpoint is shown while it is online, and is the agent's alone`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let session = try await self.connect(api)
            let policy = "on_http_request: [{actions: [{type: deny}]}]"
            let grant = try await self.bind(api, "https://mine.portico.test") { request in
                (request.name, request.metadata, request.trafficPolicy) = ("web", "{}", policy)
            }
            let list = try await api.call("GET", "/endpoints").object["endpoints"]?.array ?? []
            let endpoint = try #require(list.first?.object)
            #expect(list.count == 1)
            #expect(endpoint.members.map(\.key) == ResourceShape.endpoints.fields.filter(\.isRead).map(\.name))
            let id = endpoint.text("id")
            #expect(try await api.call("GET", "/endpoints/\(id)").object == endpoint)
            let texts = [
                "url": "https://mine.portico.test", "type": "ephemeral", "name": "web", "metadata": "{}",
                "traffic_policy": policy, "upstream_url": "http://localhost:8080", "upstream_protocol": "http1",
                "proto": "https", "hostport": "mine.portico.test:443", "region": "local",
            ]
            for (name, text) in texts { #expect(endpoint.text(name) == text) }
            #expect(endpoint["tunnel_session"]?.object?.text("id") == session.sessionID.text)
            #expect(endpoint["tunnel"]?.object?.text("id") == grant.tunnelID.text)
            #expect(endpoint["principal"] == ["id": .string(api.first.user.text), "uri": ""])
            #expect(endpoint["domain"] == .null)
            let made = try #require(Date(rfc3339: endpoint.text("created_at")))
            #expect(abs(made.timeIntervalSinceNow) < 60)

            #expect(try await api.call("PATCH", "/endpoints/\(id)", ["metadata": "x"]).code == 100_541)
            #expect(try await api.call("DELETE", "/endpoints/\(id)").code == 100_541)
            #expect(try await api.call("GET", "/endpoints/\(id)", key: api.foreignKey).status == 404)
            #expect(try await api.call("DELETE", "/endpoints/\(id)", key: api.foreignKey).status == 404)
            await api.control.connectionEnded(ConnectionID(1), .graceful)
            #expect(try await api.call("GET", "/endpoints/\(id)").status == 404)
            #expect(try await api.call("GET", "/tunnels").object["tunnels"] == [])
            #expect(try await api.call("GET", "/tunnel_sessions").object["tunnel_sessions"] == [])
        }
    }

    @Test func `Agents' and cloud endpoints are one list, in pages, the newest first`() async throws {
        try await APIUnderTest.run { (api) async throws in
            _ = try await self.connect(api)
            for number in 0..<3 {
                let body = CloudEndpointCallTests.body("https://c\(number).internal")
                _ = try await api.create("/endpoints", body)
                _ = try await self.bind(api, "https://a\(number).portico.test")
            }
            var seen: [String] = []
            var path: String? = "/endpoints?limit=2"
            var pages = 0
            while let next = path {
                let page = try await api.call("GET", next).object
                seen += page["endpoints"]?.array?.compactMap { $0.object?.text("id") } ?? []
                path = page["next_page_uri"]?.string.map { String($0.dropFirst("http://127.0.0.1:\(api.port)".count)) }
                pages += 1
            }
            #expect(seen.count == 6)
            #expect(seen == seen.sorted(by: >))
            #expect(pages == 3)
            #expect(try await api.call("GET", "/endpoints", key: api.foreignKey).object["endpoints"] == [])
        }
    }

    @Test(
        arguments: [
            (#"filter=obj.type == "agent""#, 2), (#"filter=obj.type == "ephemeral""#, 2),
            (#"filter=obj.type != "agent""#, 1), (#"filter=obj.type in ["agent", "cloud"]"#, 3),
            (#"filter="public" in obj.bindings"#, 2), (#"filter=obj.binding == "internal""#, 1),
            (#"filter=obj.binding in ["public", "internal"]"#, 3), (#"filter=obj.binding == "kubernetes""#, 0),
            (#"filter=obj.url.endsWith(".internal")"#, 1),
            (#"filter=!(obj.type == "agent") && obj.pooling_enabled == false"#, 1), (#"filter=obj.name == "b""#, 1),
            ("type=agent", 2), ("type=cloud&type=ephemeral", 3), ("binding=internal", 1), ("pooling_enabled=true", 1),
            ("url=https://a.portico.test&url=https://c.internal", 2), ("id=ep_none", 0), ("id=", 3),
        ] as [(String, Int)]
    )
    func `A list of endpoints is narrowed down`(query: String, count: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            _ = try await self.connect(api)
            _ = try await self.bind(api, "https://a.portico.test") { $0.isPooled = true }
            _ = try await self.bind(api, "http://b.portico.test", .http) { $0.name = "b" }
            _ = try await api.create("/endpoints", CloudEndpointCallTests.body("https://c.internal"))
            let parts = query.split(separator: "&").map { part in
                let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return "\(sides[0])=\(PercentText.encode(String(sides[1])))"
            }
            let whole = query.hasPrefix("filter=") ? "filter=\(PercentText.encode(String(query.dropFirst(7))))" : nil
            let answer = try await api.call("GET", "/endpoints?\(whole ?? parts.joined(separator: "&"))")
            #expect(try answer.object["endpoints"]?.array?.count == count, "\(answer)")
        }
    }

    @Test func `A reserved domain is shown with the endpoint that has it`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let domain = try await api.create("/reserved_domains", ["domain": "app.portico.test"])
            _ = try await self.connect(api)
            _ = try await self.bind(api, "https://below.app.portico.test")
            let list = try await api.call("GET", "/endpoints").object["endpoints"]?.array ?? []
            #expect(list.first?.object?["domain"]?.object?.text("id") == domain.text("id"))
        }
    }

    @Test func `Sessions and tunnels`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let session = try await self.connect(api)
            let grant = try await self.bind(api, "https://a.portico.test")
            let sessions = try await api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]?.array ?? []
            let shown = try #require(sessions.first?.object)
            #expect(sessions.count == 1)
            #expect(shown.members.map(\.key) == ResourceShape.tunnelSessions.fields.map(\.name))
            #expect(shown.text("id") == session.sessionID.text)
            #expect(shown.text("ip") == "192.0.2.7")
            #expect(shown.text("metadata") == "mine")
            #expect(shown.text("agent_version") == "1.0")
            #expect(shown["credential"]?.object?.text("id") == api.first.authtoken.credential.text)
            let path = "/tunnel_sessions/\(session.sessionID)"
            #expect(try await api.call("GET", path).object == shown)
            #expect(try await api.call("GET", path, key: api.foreignKey).status == 404)
            #expect(try await api.call("DELETE", path).status == 405)
            let filter = PercentText.encode(#"obj.os == "linux" && obj.credential.id.contains("cr_") == false"#)
            #expect(try await api.call("GET", "/tunnel_sessions?filter=\(filter)").code == 250)
            let other = PercentText.encode(#"obj.os == "windows""#)
            #expect(try await api.call("GET", "/tunnel_sessions?filter=\(other)").object["tunnel_sessions"] == [])

            let tunnels = try await api.call("GET", "/tunnels").object["tunnels"]?.array ?? []
            let tunnel = try #require(tunnels.first?.object)
            #expect(tunnel.members.map(\.key) == ResourceShape.tunnels.fields.map(\.name))
            #expect(tunnel.text("id") == grant.tunnelID.text)
            #expect(tunnel.text("forwards_to") == "http://localhost:8080")
            #expect(try await api.call("GET", "/tunnels/\(grant.tunnelID)").object == tunnel)
            #expect(try await api.call("GET", "/tunnels/\(grant.tunnelID)", key: api.foreignKey).status == 404)
            #expect(try await api.call("GET", "/tunnels/tn_none").status == 404)
            #expect(try await api.call("GET", "/tunnels?filter=true").code == 231)
        }
    }

    @Test func `Commands reach no session that is not there`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let session = try await self.connect(api)
            for command in ["restart", "stop", "update"] {
                #expect(try await api.call("POST", "/tunnel_sessions/ts_none/\(command)").status == 404)
                let foreign = "/tunnel_sessions/\(session.sessionID)/\(command)"
                #expect(try await api.call("POST", foreign, key: api.foreignKey).status == 404)
            }
        }
    }
}
