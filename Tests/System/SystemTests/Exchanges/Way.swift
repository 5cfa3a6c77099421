import EdgeTestSupport
import Portico
import Testing

/// How a visitor's request gets to the service.
enum Way: String, CaseIterable, CustomTestStringConvertible, Sendable {
    /// The edge dials the service itself.
    case address
    /// Through one of our agents with a connection on each event loop of the edge.
    case agent
    /// Through an agent with one connection, which half of the visitors reach from another event loop.
    case agentOnOneLoop

    var testDescription: String { self.rawValue }

    static let host = "app.edge.test"

    /// Runs `body` with an edge that serves `serve` this way, under `Way.host` over plain HTTP; `change` sets the edge up.
    func with<Result: Sendable>(
        _ serve: @escaping @Sendable (TestConnection) async throws -> Void,
        edge change: (inout TestEdge.Setup) -> Void = { _ in },
        _ body: (TestEdge) async throws -> Result
    ) async throws -> Result {
        try await TestUpstream.with(serve) { upstream in
            try await TestEdge.with { setup in
                change(&setup)
                if self == .address { try setup.addStatic("http://\(Self.host)", port: upstream.port) }
            } _: { edge in
                guard self != .address else { return try await body(edge) }
                let agent = try await edge.connectAgent(maximumLegs: self == .agent ? 2 : 1)
                _ = try await agent.forward(
                    to: "\(upstream.port)",
                    options: EndpointOptions(scheme: .http, url: "http://\(Self.host)")
                )
                do {
                    let result = try await body(edge)
                    await agent.close()
                    return result
                } catch {
                    await agent.close()
                    throw error
                }
            }
        }
    }
}

/// A request as text, with the fields that every test needs.
func request(_ line: String, host: String = Way.host, _ fields: String = "", body: String = "") -> String {
    "\(line) HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n\(body)"
}
