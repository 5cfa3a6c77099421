import Control
import EdgeTestSupport
import JSON
import Portico
import Store
import TestSupport
import Testing

/// An agent that is told to go finishes what it has under way, and its visitors go to the others of its pool.
@Suite(.timeLimit(.minutes(2))) struct DepartureTests {
    private static let host = "shared.edge.test"

    private func options(_ proxyProtocol: EndpointOptions.ProxyProtocol?) -> EndpointOptions {
        EndpointOptions(scheme: .http, url: "http://\(Self.host)", isPooled: true, proxyProtocol: proxyProtocol)
    }

    /// Answers at once, but `/slow`, whose answer ends when `gate` has.
    private func service(_ gate: Signal) -> @Sendable (TestConnection) async throws -> Void {
        { connection in
            while true {
                let head = try await connection.read(until: "\r\n\r\n")
                let isSlow = head.contains("GET /slow ")
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + (isSlow ? "one" : "onetwo"))
                guard isSlow else { continue }
                await gate.wait()
                try await connection.write("two")
            }
        }
    }

    private func get(_ path: String, over visitor: TestConnection) async throws {
        try await visitor.write(request("GET \(path)", host: Self.host))
    }

    // With a PROXY header, each visitor keeps streams of its own.
    @Test(arguments: [nil, .v1] as [EndpointOptions.ProxyProtocol?])
    func `What is under way ends before the agent goes`(proxyProtocol: EndpointOptions.ProxyProtocol?) async throws {
        let gate = Signal()
        try await TestUpstream.with(self.service(gate)) { upstream in
            try await TestEdge.with { edge in
                try await edge.withAPI { api in
                    let leaving = try await edge.connectAgent(remoteCommands: [.stop])
                    let events = leaving.events()
                    let options = self.options(proxyProtocol)
                    _ = try await leaving.forward(to: "\(upstream.port)", options: options)
                    let list = try await api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]
                    let session = try #require(list?.array?.first?.object?["id"]?.string)

                    // Two visitors of the agent that is alone: one with a connection that it keeps, one that waits.
                    let idle = try await edge.visit()
                    try await self.get("/", over: idle)
                    _ = try await idle.read(until: "onetwo")
                    let slow = try await edge.visit()
                    try await self.get("/slow", over: slow)
                    _ = try await slow.read(until: "one")

                    let staying = try await edge.connectAgent()
                    _ = try await staying.forward(to: "\(upstream.port)", options: options)
                    let isTold = Signal()
                    let told = Task {
                        for await case .commandReceived(.stop) in events { break }
                        await isTold.give()
                        await leaving.close()
                    }
                    let begin = ContinuousClock.now
                    async let stop = api.call("POST", "/tunnel_sessions/\(session)/stop")
                    let asked = "agent_session_stop_requested.v0"
                    while try await !edge.store.list(AuditRecord.self, in: .platform).contains(where: {
                        $0.document.type == asked
                    }) {}
                    for _ in 0..<20 {
                        try await self.get("/", over: idle)
                        _ = try await idle.read(until: "onetwo")
                    }
                    #expect(await !isTold.isGiven)
                    await gate.give()
                    #expect(try await slow.read(until: "two") == "two")
                    #expect(try await stop.status == 200)
                    await told.value
                    #expect(begin.duration(to: .now) < .seconds(9), "an idle connection is nothing under way")
                    try await self.get("/", over: slow)
                    _ = try await slow.read(until: "onetwo")
                    for visitor in [idle, slow] { await visitor.close() }
                    await staying.close()
                }
            }
        }
    }
}

/// Given once; everybody who waits, or comes later, goes on.
private actor Signal {
    private(set) var isGiven = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func give() {
        self.isGiven = true
        for continuation in self.waiting { continuation.resume() }
        self.waiting = []
    }

    func wait() async {
        guard !self.isGiven else { return }
        await withCheckedContinuation { self.waiting.append($0) }
    }
}
