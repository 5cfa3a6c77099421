import Control
import EdgeTestSupport
import JSON
import Portico
import Store
import Testing

/// Commands of the API reach real agents.
@Suite(.timeLimit(.minutes(10))) struct AgentCommandTests {
    private func sessions(_ api: TestAPI) async throws -> [JSONObject] {
        let list = try await api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]
        return list?.array?.compactMap(\.object) ?? []
    }

    @Test func `An agent that lets itself be stopped is, and what it does not do it says`() async throws {
        try await TestEdge.with { edge in
            try await edge.withAPI { api in
                let agent = try await edge.connectAgent(remoteCommands: [.stop])
                let events = agent.events()
                let session = try #require(try await self.sessions(api).first)
                #expect(try await self.sessions(api).count == 1)
                #expect(["127.0.0.1", "::1"].contains(session["ip"]?.string ?? ""))
                let path = "/tunnel_sessions/\(session["id"]?.string ?? "")"
                let restart = try await api.call("POST", "\(path)/restart")
                #expect(restart.status == 400)
                #expect(restart.code == 100_543, "\(restart)")

                let stop = try await api.call("POST", "\(path)/stop", [:])
                #expect(stop.status == 200, "\(stop)")
                #expect(stop.object == [:])
                let types = try await edge.store.list(AuditRecord.self, in: .platform).map(\.document)
                    .filter { $0.object == session["id"]?.string }.map(\.type)
                    .filter { $0.hasSuffix("_requested.v0") }.sorted()
                #expect(types == ["agent_session_restart_requested.v0", "agent_session_stop_requested.v0"])
                for await case .commandReceived(.stop) in events { break }
                await agent.close()
                while try await !self.sessions(api).isEmpty {}
                #expect(try await api.call("POST", "\(path)/stop").status == 404)
            }
        }
    }
}
