import AgentRuntime
import Foundation
import Inspection
import JSON
import NIOCore
import NIOPosix
import Portico
import Synchronization
import Testing

@testable import AgentWeb

/// Keeps where the service listens, and the calls that it tells of.
final class WebDisplay: AgentDisplay {
    private let told = Mutex<(address: String, calls: [String])>(("", []))

    var address: String { self.told.withLock(\.address) }
    var calls: [String] { self.told.withLock(\.calls) }
    var watchesExchanges: Bool { false }

    func webServiceStarted(at address: String, hosts: [String]) { self.told.withLock { $0.address = address } }
    func webCallEnded(_ call: WebCall, status: Int, after duration: Duration) {
        self.told.withLock { $0.calls.append("\(call.path) \(status)") }
    }
    func endpointStarted(_ endpoint: Endpoint, name: String) {}
    func happened(_ event: Agent.Event, details: Agent.SessionDetails?) {}
    func failed(_ error: any Error) {}
    func finish() async {}
    func connectionOpened(_ connection: ObservedConnection) {}
    func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount) {}
    func upstreamFailed(_ connection: ObservedConnection, reason: String) {}
    func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection) {}
}

struct WebAnswer {
    let status: Int
    /// The head as it came.
    let head: String
    let text: String
    let body: JSONObject
}

/// The local web service over a socket.
struct RunningWebService {
    let port: Int
    let display: WebDisplay
    let inspector: TrafficInspector

    func call(
        _ method: String,
        _ path: String,
        _ fields: [String: String] = [:],
        body: String = ""
    ) async throws -> WebAnswer {
        var fields = fields
        fields["Host"] = fields["Host"] ?? "localhost:\(self.port)"
        fields["Content-Length"] = "\(body.utf8.count)"
        let lines = fields.map { "\($0.key): \($0.value)\r\n" }.joined()
        let request = "\(method) \(path) HTTP/1.1\r\nConnection: close\r\n\(lines)\r\n\(body)"
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: self.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let text = try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var text = ""
            for try await bytes in inbound { text += String(buffer: bytes) }
            return text
        }
        let status = try #require(Int(text.dropFirst(9).prefix(3)))
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        let body = parts.count > 1 ? try? JSONValue(reading: Array(parts[1].utf8)) : nil
        return WebAnswer(
            status: status,
            head: String(parts.first ?? ""),
            text: parts.count > 1 ? String(parts[1]) : "",
            body: body?.object ?? [:]
        )
    }
}

extension RunningWebService {
    /// Runs a service of an agent that is not connected.
    static func with(_ body: @Sendable (RunningWebService) async throws -> Void) async throws {
        let display = WebDisplay()
        let inspector = TrafficInspector(limitBytes: 1 << 20)
        let agent = Agent(Agent.Configuration(server: try ServerAddress("127.0.0.1:1"), authtoken: "t"))
        let running = RunningAgent(
            agent: agent,
            endpoints: RunningEndpoints(on: agent, display: display),
            display: display
        )
        let web = try #require(WebService(.at(host: "127.0.0.1", port: 0), hosts: [], inspector: inspector))
        let (listening, continuation) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await web.run(running) { continuation.finish() }
            }
            for await _ in listening {}
            let port = try #require(Int(display.address.split(separator: ":").last ?? ""))
            try await body(RunningWebService(port: port, display: display, inspector: inspector))
            group.cancelAll()
        }
    }
}
