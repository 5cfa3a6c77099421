import ACME
import EdgeTestSupport
import JSON
import Model
import NIOConcurrencyHelpers
import Telemetry
import func TestSupport.pause
import Testing

@testable import Control
@testable import EdgeProgram

/// What an edge tells of the certificates that it obtains (`portico_acme_jobs`), while it obtains them from Pebble.
@Suite(.serialized, .timeLimit(.minutes(3))) struct CertificateJobTests {
    /// Lets requests through, holds those that end an order, or says that nobody answers.
    private final class Gate: ACMETransport {
        enum Mode: Sendable, Hashable { case holding, open, away }

        private struct State {
            var mode = Mode.holding
            var waiting: [CheckedContinuation<Void, Never>] = []
        }

        private let transport: HTTPSTransport
        private let state = NIOLockedValueBox(State())

        init(_ transport: HTTPSTransport) {
            self.transport = transport
        }

        func set(_ mode: Mode) {
            let waiting = self.state.withLockedValue { state in
                state.mode = mode
                defer { state.waiting = [] }
                return state.waiting
            }
            for one in waiting { one.resume() }
        }

        func send(_ request: ACMERequest) async throws(ACMEError) -> ACMEResponse {
            if request.url.target.contains("finalize") { await self.pass() }
            guard self.state.withLockedValue({ $0.mode }) != .away else { throw .unreachable("nobody is there") }
            return try await self.transport.send(request)
        }

        private func pass() async {
            await withCheckedContinuation { continuation in
                let isHeld = self.state.withLockedValue { state in
                    guard state.mode == .holding else { return false }
                    state.waiting.append(continuation)
                    return true
                }
                if !isHeld { continuation.resume() }
            }
        }
    }

    /// The numbers as a scraper reads them, by state.
    private static func numbers(_ edge: TestEdge) async throws -> [String: Int] {
        let family = try #require(await edge.control.certificateJobs()?.family)
        #expect(family.name == "portico_acme_jobs" && family.kind == .gauge)
        return Dictionary(
            uniqueKeysWithValues: family.samples.map { ($0.labels.first?.value ?? "", Int($0.value)) }
        )
    }

    private static func wait(_ edge: TestEdge, for wanted: [String: Int]) async throws {
        while try await Self.numbers(edge) != wanted {
            try Task.checkCancellation()
            await pause()
        }
    }

    @Test func `Domains that wait, are ordered for, have failed and have their certificates are counted`() async throws
    {
        try await TestPebble.with { pebble in
            let gate = Gate(try pebble.transport())
            try await TestEdge.with {
                $0.useACME(of: pebble, try pebble.settings(.http, over: gate))
            } _: { edge in
                try await edge.withAPI { api in
                    try await Self.wait(edge, for: ["waiting": 0, "ordering": 0, "failing": 0, "kept": 0])
                    for number in 0..<10 {
                        let made = try await api.call(
                            "POST",
                            "/reserved_domains",
                            ["domain": .string("d\(number).shop.example")]
                        )
                        #expect(made.status == 201, "\(made)")
                    }
                    // Eight at the same time.
                    try await Self.wait(edge, for: ["waiting": 2, "ordering": 8, "failing": 0, "kept": 0])
                    gate.set(.open)
                    try await Self.wait(edge, for: ["waiting": 0, "ordering": 0, "failing": 0, "kept": 10])
                    gate.set(.away)
                    _ = try await api.call("POST", "/reserved_domains", ["domain": "late.shop.example"])
                    try await Self.wait(edge, for: ["waiting": 0, "ordering": 0, "failing": 1, "kept": 10])
                }
                gate.set(.open)
            }
        }
    }

    @Test func `An edge without an authority has no such number`() async throws {
        try await TestEdge.with { edge in
            #expect(await edge.control.certificateJobs() == nil)
        }
    }
}
