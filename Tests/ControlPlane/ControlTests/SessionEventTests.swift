import EdgeLink
import Foundation
import JSON
import Model
import Secrets
import Store
import func TestSupport.pause
import Testing

@testable import Control

/// Events of agents' sessions.
@Suite(.timeLimit(.minutes(1))) struct SessionEventTests {
    /// The audit events of the first account of one type, the oldest first, as soon as there are `count`.
    private static func events(_ test: ControlUnderTest, _ type: String, count: Int) async throws -> [AuditEvent] {
        var query = AuditQuery()
        query.type = type
        while true {
            let found = try await test.control.auditEvents(of: test.first.account, query).events
            if found.count >= count { return found.reversed() }
            await pause()
        }
    }

    private static func text(_ event: AuditEvent, _ name: String) -> String? { event.after?[name]?.string }

    @Test func `A session's start and its end are told, once for all of its connections`() async throws {
        let test = try await ControlUnderTest { $0.apiURL = "https://api.test" }
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        let grant = try await test.open(on: 1) { $0.connectHost = "connect.test" }
        try await test.open(on: 2) { request in
            (request.clientID, request.cookie, request.legNumber) = (grant.clientID, grant.cookie, 1)
        }
        await test.control.connectionEnded(ConnectionID(1), .graceful)
        await test.control.connectionEnded(ConnectionID(2), .lost)
        let stop = try #require(try await Self.events(test, "agent_session_stop", count: 1).first)
        let starts = try await Self.events(test, "agent_session_start", count: 1)
        #expect(starts.count == 1)
        let start = try #require(starts.first)
        let credential = test.first.authtoken.credential.text
        #expect(start.source == .agent && start.credential == credential && start.object == grant.sessionID.text)
        #expect(
            start.after?["session"] == [
                "id": .string(grant.sessionID.text),
                "uri": .string("https://api.test/tunnel_sessions/\(grant.sessionID)"),
            ]
        )
        #expect(start.after?["credential"]?.object?["id"]?.string == credential)
        #expect(Self.text(start, "arch") == "x86_64" && Self.text(start, "transport") == "muxado")
        #expect(Self.text(start, "ingress_hostname") == "connect.test" && Self.text(start, "error") == "")
        #expect(start.after?["stopped_at"] == .null)
        #expect(Self.text(stop, "stopped_at") != nil && Self.text(stop, "error") == "the connection was lost")
        #expect(stop.object == grant.sessionID.text)
    }

    @Test func `A session that its account ended says why`() async throws {
        let test = try await ControlUnderTest()
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        try await test.open(on: 1)
        try await test.control.revoke(test.first.authtoken.credential)
        await test.control.connectionEnded(ConnectionID(1), .graceful)
        let stops = try await Self.events(test, "agent_session_stop", count: 1)
        #expect(stops.map { Self.text($0, "error") } == ["ERR_PORTICO_300"])
    }

    @Test func `A start that fails is told to whom the credential belongs, once a minute`() async throws {
        let test = try await ControlUnderTest()
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        try await test.control.revoke(test.first.authtoken.credential)
        for connection in 1...5 as ClosedRange<UInt64> {
            await #expect(throws: Failure.self) { try await test.open(on: connection) }
        }
        // Nobody knows whose this would be.
        await #expect(throws: Failure.self) { try await test.open(on: 6, token: Secret("cr_unknown")) }
        // What comes behind is told behind.
        let other = try await test.authtoken(rules: [])
        try await test.open(on: 7, token: other)
        let starts = try await Self.events(test, "agent_session_start", count: 2)
        #expect(starts.count == 2)
        // Those of one second are listed in any order.
        let failed = try #require(starts.first { Self.text($0, "error") != "" })
        #expect(Self.text(failed, "error")?.hasPrefix("ERR_PORTICO_300: ") == true)
        #expect(failed.after?["session"] == ["id": "", "uri": ""])
        #expect(failed.credential == test.first.authtoken.credential.text)
        #expect(starts.contains { Self.text($0, "error") == "" })
    }

    @Test func `Failed starts have a bound`() {
        var starts = FailedStarts()
        let time = Date()
        var news = 0
        for _ in 0..<2000 where starts.isNews(.authtoken(.new(at: 0)), .authtokenRevoked, at: time) { news += 1 }
        #expect(news == 1000)
        let isNewsLater = starts.isNews(.authtoken(.new(at: 0)), .authtokenRevoked, at: time + 60)
        #expect(isNewsLater)
    }
}
