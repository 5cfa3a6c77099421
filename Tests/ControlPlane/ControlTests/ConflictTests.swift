import Addressing
import EdgeLink
import Model
import Testing

@testable import Control

@Suite struct ConflictTests {
    @Test(
        arguments: [
            ("https://a.portico.test", false, "https://a.portico.test", false, 334),
            ("https://a.portico.test", true, "https://a.portico.test", false, 334),
            ("https://a.portico.test", false, "https://a.portico.test", true, 334),
            ("https://a.portico.test", true, "https://a.portico.test", true, nil),
            ("https://a.portico.test", false, "http://a.portico.test", false, nil),
            ("https://a.portico.test", false, "tls://a.portico.test", false, 334),
            ("tls://a.portico.test", true, "https://a.portico.test", true, 334),
            ("https://a.portico.test", false, "https://*.portico.test", false, nil),
            ("https://*.portico.test", false, "https://*.portico.test", false, 334),
            ("tcp://portico.test:20001", false, "tcp://portico.test:20001", false, 334),
            ("tcp://portico.test:20001", true, "tcp://portico.test:20001", true, nil),
            ("tcp://portico.test:20001", false, "tcp://portico.test:20002", false, nil),
        ] as [(String, Bool, String, Bool, Int?)]
    )
    func `Who may stand beside whom`(
        first: String,
        isFirstPooled: Bool,
        second: String,
        isSecondPooled: Bool,
        expected: Int?
    ) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        try await test.open(on: 2)
        func scheme(_ url: String) throws -> EndpointScheme { try EndpointURL(parsing: url).scheme }
        try await test.bind(first, on: 1, scheme(first), pooled: isFirstPooled)
        #expect(
            await code { try await test.bind(second, on: 2, scheme(second), pooled: isSecondPooled) } == expected
        )
        #expect(await test.table.endpoints.count == (expected == nil ? 2 : 1))
    }

    @Test func `A pool may be one session's`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let first = try await test.bind("https://a.portico.test", pooled: true)
        let second = try await test.bind("https://a.portico.test", pooled: true)
        #expect(first.bindID != second.bindID)
        #expect(await test.table.endpoints.count == 2)
    }

    @Test func `Accounts do not share a URL, pooled or held`() async throws {
        let test = try await ControlUnderTest()
        let other = try await test.otherAccount()
        try await test.open(on: 1)
        try await test.open(on: 2, token: other.token)
        try await test.bind("https://a.portico.test", pooled: true)
        #expect(await code { try await test.bind("https://a.portico.test", on: 2, pooled: true) } == 334)
        await test.end(1, .lost)
        #expect(await code { try await test.bind("https://a.portico.test", on: 2, pooled: true) } == 334)
        #expect(await test.routed("https://a.portico.test")?.isHeld == true)
    }

    @Test func `A static upstream keeps its URL`() async throws {
        let url = try EndpointURL(parsing: "https://static.portico.test")
        let test = try await ControlUnderTest {
            $0.staticUpstreams = [Control.StaticUpstream(url: url, host: "127.0.0.1", port: 9000)]
        }
        guard case .address("127.0.0.1", 9000) = try #require(await test.routed(url)).target else {
            Issue.record("the static upstream is no address")
            return
        }
        try await test.open(on: 1)
        #expect(await code { try await test.bind(url.description, pooled: true) } == 334)
    }

    @Test func `Of two static upstreams with one place the first is served, and the log says so`() async throws {
        let test = try await ControlUnderTest {
            $0.staticUpstreams = [
                Control.StaticUpstream(url: try EndpointURL(parsing: "https://a.test"), host: "first", port: 1),
                Control.StaticUpstream(url: try EndpointURL(parsing: "tls://a.test"), host: "second", port: 2),
            ]
        }
        #expect(await test.table.urls == ["https://a.test"])
        #expect(test.log.all.contains { $0.hasPrefix("error") && $0.contains("tls://a.test") })
    }

    @Test func `One bind id is one endpoint`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let first = try await test.bind("https://a.portico.test", id: "mine")
        #expect(first.bindID == "mine")
        let again = try await test.bind("https://a.portico.test", id: "mine")
        #expect(again.tunnelID == first.tunnelID)
        #expect(await test.routed(first.url)?.connections == [1])
        #expect(await code { try await test.bind("https://b.portico.test", id: "mine") } == 334)
        // Of another session it says nothing.
        try await test.open(on: 2)
        try await test.bind("https://b.portico.test", on: 2, id: "mine")
        #expect(await test.table.endpoints.count == 2)
        _ = grant
    }
}

@Suite struct LegTests {
    @Test func `The same bind on several legs is one endpoint with several connections`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        try await test.resume(grant, on: 2, leg: 1)
        try await test.resume(grant, on: 3, leg: 2)
        let first = try await test.bind()
        for connection: UInt64 in [2, 3] {
            let again = try await test.bind(on: connection, id: first.bindID) { $0.bindToken = first.token }
            #expect(again.url == first.url)
            #expect(again.tunnelID == first.tunnelID)
        }
        #expect(await test.routed(first.url)?.connections == [1, 2, 3])
    }

    @Test func `A leg without the token still gets the URL of its sibling`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        try await test.resume(grant, on: 2, leg: 1)
        let first = try await test.bind("tcp://", .tcp)
        #expect(try await test.bind("tcp://", on: 2, .tcp, id: first.bindID).url == first.url)
    }

    @Test(arguments: [ConnectionEnd.graceful, .lost])
    func `While a leg is up the endpoint is`(end: ConnectionEnd) async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        try await test.resume(grant, on: 2, leg: 1)
        let bind = try await test.bind()
        try await test.bind(on: 2, id: bind.bindID) { $0.bindToken = bind.token }
        await test.end(1, end)
        #expect(await test.routed(bind.url)?.connections == [2])
        await test.end(2, .lost)
        #expect(await test.routed(bind.url)?.isHeld == true)
    }

    @Test func `An unbind on one leg takes the endpoint off all`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        try await test.resume(grant, on: 2, leg: 1)
        let bind = try await test.bind()
        try await test.bind(on: 2, id: bind.bindID) { $0.bindToken = bind.token }
        try await test.control.unbind(bind.bindID, on: ConnectionID(1))
        #expect(await test.table.endpoints.isEmpty)
    }
}
