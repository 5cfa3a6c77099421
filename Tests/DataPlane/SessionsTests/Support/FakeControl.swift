import Addressing
import EdgeLink
import Model
import NIOConcurrencyHelpers

/// A control plane that grants everything, except to the token "bad", and notes what it was asked.
final class FakeControl: ControlPlane {
    struct Asked: Sendable {
        var sessions: [SessionRequest] = []
        var binds: [BindRequest] = []
        var unbinds: [String] = []
        var patches: [EndpointPatch] = []
    }

    private let host: HostPattern
    private let notes = NIOLockedValueBox(Asked())
    /// The connections that ended, in order.
    let ends: AsyncStream<ConnectionEnd>
    private let endings: AsyncStream<ConnectionEnd>.Continuation
    /// Binds are answered when this is open.
    let gate: Gate

    init(gate: Gate = .opened) throws {
        self.host = try HostPattern(parsing: "demo.test")
        self.gate = gate
        (self.ends, self.endings) = AsyncStream.makeStream()
    }

    var asked: Asked { self.notes.withLockedValue { $0 } }

    func openSession(_ request: SessionRequest) async throws(Failure) -> SessionGrant {
        self.notes.withLockedValue { $0.sessions.append(request) }
        guard request.authtoken.reveal() != "bad" else { throw Failure(.authtokenUnknown, "Nobody has this token.") }
        return SessionGrant(
            sessionID: .random(),
            clientID: "c1",
            cookie: "k1",
            accountName: "Test",
            planName: "Free",
            region: "here",
            banner: "",
            connectAddresses: ["connect.test:443"]
        )
    }

    func checkKey(_ fingerprint: String) async throws(Failure) {}

    func bind(_ request: BindRequest, on connection: ConnectionID) async throws(Failure) -> BindGrant {
        self.notes.withLockedValue { $0.binds.append(request) }
        await self.gate.passed()
        return BindGrant(
            bindID: request.bindID.isEmpty ? "b1" : request.bindID,
            url: EndpointURL(scheme: .https, host: self.host, port: 443),
            token: "t1",
            tunnelID: .random()
        )
    }

    func unbind(_ bindID: String, on connection: ConnectionID) async throws(Failure) {
        self.notes.withLockedValue { $0.unbinds.append(bindID) }
    }

    func patch(_ patch: EndpointPatch, on connection: ConnectionID) async throws(Failure) {
        self.notes.withLockedValue { $0.patches.append(patch) }
    }

    func connectionEnded(_ connection: ConnectionID, _ end: ConnectionEnd) async {
        self.endings.yield(end)
    }

    /// How the next connection ended.
    func nextEnd() async -> ConnectionEnd? {
        for await end in self.ends { return end }
        return nil
    }
}

/// Holds those that want to pass until it is opened, once.
struct Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    static var opened: Gate {
        let gate = Gate()
        gate.open()
        return gate
    }

    func open() { self.continuation.finish() }

    func passed() async {
        for await _ in self.stream {}
    }
}
