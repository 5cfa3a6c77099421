import APITypes
import Events
import JSON
import Model
import Testing

@testable import APIServer

/// Which events are sent.
@Suite struct EventSubscriptionTests {
    private static let http = "http_request_complete.v0"
    private static let audit = "ip_policy_created.v0"

    private static func source(_ type: String, _ more: JSONObject = [:]) -> JSONValue {
        var source = more
        source.set("type", to: .string(type))
        return .object(source)
    }

    @Test(
        arguments: [
            ([.object([:])], 238), ([["type": "x"]], 238),
            ([["type": .string(Self.http)], ["type": .string(Self.http)]], 5127),
            ([Self.source(Self.http, ["fields": []])], 5400), ([Self.source(Self.http, ["fields": ["x"]])], 5403),
            ([Self.source("tcp_connection_closed.v0", ["fields": ["http.request.method"]])], 5403),
            ([Self.source(Self.audit, ["fields": ["x"]])], 5401), ([Self.source(Self.audit, ["filter": "true"])], 5402),
            ([Self.source(Self.http, ["filter": "ev.conn.client_ip =="])], 5404),
            ([Self.source(Self.http, ["filter": "ev.conn.client_ip == 1"])], 5404),
            ([Self.source(Self.http, ["filter": "ev.conn.client_ip"])], 5404),
            ([Self.source(Self.http, ["filter": "obj.x == 1"])], 5404),
            ([Self.source(Self.http, ["filter": .string(String(repeating: "(", count: 5000))])], 5404),
            ([Self.source(Self.http, ["filter": "ev.conn.nope == ''"])], 5405),
            ([Self.source("tcp_connection_closed.v0", ["filter": "ev.http.request.method == 'get'"])], 5405),
            ([Self.source(Self.http, ["filter": "ev.http.request.method == 'get'"])], 5406),
        ] as [([JSONValue], Int)]
    )
    func `A source that cannot be is refused`(sources: [JSONValue], code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let body: JSONValue = ["sources": .array(sources)]
            let answer = try await api.call("POST", "/event_subscriptions", body)
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer)")
            let id = try await api.create("/event_subscriptions", [:]).text("id")
            #expect(try await api.call("PATCH", "/event_subscriptions/\(id)", body).code == code)
            guard sources.count == 1 else { return }
            #expect(try await api.call("POST", "/event_subscriptions/\(id)/sources", sources[0]).code == code)
        }
    }

    @Test func `A subscription has sources and destinations, and keeps sources unless it gets others`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let target: JSONValue = ["target": ["debug": ["log": true]]]
            let first = try await api.create("/event_destinations", target).text("id")
            let foreign = try await api.create("/event_destinations", target, key: api.foreignKey).text("id")
            let sources: JSONValue = [
                Self.source(Self.audit), Self.source(Self.http, ["filter": "ev.conn.server_port == 443"]),
            ]
            let made = try await api.create(
                "/event_subscriptions",
                ["sources": sources, "destination_ids": [.string(first), .string(first)]]
            )
            let id = made.text("id")
            #expect(made["destinations"]?.array?.compactMap { $0.object?.text("id") } == [first])
            let shown = made["sources"]?.array?.compactMap { $0.object } ?? []
            try #require(shown.count == 2)
            #expect(shown.map { $0.text("type") } == [Self.audit, Self.http])
            #expect(shown[0]["fields"] == [])
            #expect(shown[1]["fields"]?.array?.count == 35)
            let base = "http://127.0.0.1:\(api.port)/event_subscriptions/\(id)/sources"
            #expect(shown[1].text("uri") == "\(base)/\(Self.http)")

            let path = "/event_subscriptions/\(id)"
            let same = try await api.call("PATCH", path, ["sources": []]).object
            #expect(same["sources"] == made["sources"])
            // What was shown may be sent back.
            #expect(try await api.call("PATCH", path, ["sources": made["sources"] ?? .null]).object == made)
            #expect(try await api.call("PATCH", path, ["destination_ids": [.string(foreign)]]).code == 5103)
            #expect(try await api.call("PATCH", path, ["destination_ids": ["x"]]).code == 5103)
            #expect(try await api.call("DELETE", "/event_destinations/\(first)").code == 5112)
            #expect(try await api.call("PATCH", path, ["destination_ids": []]).object["destinations"] == [])
            #expect(try await api.call("DELETE", "/event_destinations/\(first)").status == 204)
        }
    }

    @Test func `A subscription has at most twenty destinations`() async throws {
        try await APIUnderTest.run { (api) async throws in
            var ids: [JSONValue] = []
            for _ in 0..<21 {
                ids.append(
                    .string(
                        try await api.create("/event_destinations", ["target": ["debug": ["log": true]]]).text("id")
                    )
                )
            }
            #expect(try await api.call("POST", "/event_subscriptions", ["destination_ids": .array(ids)]).code == 5126)
            _ = try await api.create("/event_subscriptions", ["destination_ids": .array(Array(ids.dropLast()))])
        }
    }

    @Test func `Sources are made, found, listed, changed and deleted by themselves`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let id = try await api.create("/event_subscriptions", [:]).text("id")
            let path = "/event_subscriptions/\(id)/sources"
            let made = try await api.create(path, ["type": .string(Self.http)])
            #expect(made.members.map(\.key) == ["type", "uri", "filter", "fields"])
            #expect(try await api.call("POST", path, ["type": .string(Self.http)]).code == 5127)
            #expect(try await api.call("POST", path, [:]).code == 238)
            _ = try await api.create(path, ["type": .string(Self.audit)])
            let list = try await api.call("GET", path).object
            #expect(list.members.map(\.key) == ["sources", "uri"])
            #expect(list["sources"]?.array?.count == 2)
            #expect(list["sources"]?.array?.first == .object(made))
            #expect(try await api.call("GET", "\(path)?limit=1").code == 231)
            #expect(try await api.call("GET", "\(path)/\(Self.http)").object == made)

            // Clients that can change nothing send no body.
            #expect(try await api.call("PATCH", "\(path)/\(Self.http)").object == made)
            let change: JSONValue = ["fields": ["conn.client_ip"], "filter": "ev.conn.client_ip.startsWith('10.')"]
            let changed = try await api.call("PATCH", "\(path)/\(Self.http)", change).object
            #expect(changed["fields"] == ["conn.client_ip"])
            #expect(try await api.call("GET", "\(path)/\(Self.http)").object == changed)
            #expect(try await api.call("PATCH", "\(path)/\(Self.audit)", change).code == 5401)

            let gone = try await api.call("GET", "\(path)/domain_created.v0")
            #expect(gone.status == 404)
            #expect(gone.code == 5125)
            #expect(try await api.call("DELETE", "\(path)/\(Self.http)").status == 204)
            #expect(try await api.call("DELETE", "\(path)/\(Self.http)").code == 5125)
            #expect(try await api.call("PATCH", "\(path)/\(Self.http)", [:]).code == 5125)

            let nowhere = "/event_subscriptions/esb_nope/sources"
            for (method, body) in [("GET", nil), ("POST", ["type": .string(Self.http)])] as [(String, JSONValue?)] {
                let answer = try await api.call(method, nowhere, body)
                #expect(answer.status == 404)
                #expect(answer.code == 5123)
            }
            #expect(try await api.call("GET", path, key: api.foreignKey).code == 5123)
            #expect(try await api.call("POST", path, ["type": .string(Self.http)], key: api.foreignKey).code == 5123)
        }
    }

    @Test func `Every change that the API makes can be subscribed to`() {
        for shape in ResourceShape.all where !shape.verbs.filter({ [.create, .update, .delete].contains($0) }).isEmpty {
            #expect(EventType.named("\(shape.event)_created.v0") != nil, "\(shape.event)")
        }
    }
}
