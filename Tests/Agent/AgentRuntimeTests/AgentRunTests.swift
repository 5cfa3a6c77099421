import Foundation
import Inspection
import NIOCore
import Portico
import Synchronization
import Testing

@testable import AgentRuntime

/// A run as a whole, where there is no edge.
@Suite(.timeLimit(.minutes(1)))
struct AgentRunTests {
    /// Notes what it is told.
    private final class Display: AgentDisplay {
        private let told = Mutex<[String]>([])
        let events: AsyncStream<Agent.Event>
        private let continuation: AsyncStream<Agent.Event>.Continuation

        init() {
            (self.events, self.continuation) = AsyncStream.makeStream()
        }

        var all: [String] { self.told.withLock(\.self) }
        var watchesExchanges: Bool { false }

        func endpointStarted(_ endpoint: Endpoint, name: String) { self.note("started") }
        func failed(_ error: any Error) { self.note("failed") }
        func finish() async { self.note("finished") }
        func happened(_ event: Agent.Event, details: Agent.SessionDetails?) { self.continuation.yield(event) }
        func connectionOpened(_ connection: ObservedConnection) {}
        func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount) {}
        func upstreamFailed(_ connection: ObservedConnection, reason: String) {}
        func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection) {}

        private func note(_ text: String) {
            self.told.withLock { $0.append(text) }
        }
    }

    /// Port 1 of loopback: nobody listens there.
    private static func configuration(retries: Bool) throws -> Agent.Configuration {
        Agent.Configuration(
            server: try ServerAddress("127.0.0.1:1"),
            authtoken: "t",
            retriesFirstConnect: retries
        )
    }

    @Test func `A run that cannot start fails with the reason, and its display is finished`() async throws {
        let display = Display()
        let run = AgentRun(try Self.configuration(retries: false), serving: [], display: display)
        let (stop, continuation) = AsyncStream.makeStream(of: Void.self)
        let error = try await #require(throws: PorticoError.self) { try await run.run(until: stop) }
        #expect(error.kind == .unreachable)
        #expect(display.all == ["failed", "finished"])
        continuation.finish()
    }

    @Test func `A run that is told to stop ends without an error, whatever it is about`() async throws {
        let display = Display()
        let run = AgentRun(try Self.configuration(retries: true), serving: [], display: display)
        let (stop, continuation) = AsyncStream.makeStream(of: Void.self)
        async let result = run.run(until: stop)
        for await event in display.events {
            if case .reconnectScheduled = event { break }
        }
        continuation.yield()
        #expect(try await result == .stopped)
        #expect(display.all == ["finished"])
    }
}
