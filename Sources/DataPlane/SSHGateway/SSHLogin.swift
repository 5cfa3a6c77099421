import Addressing
import Dispatch
import EdgeLink
import Model
import NIOConcurrencyHelpers
import SSHKeys

/// Decides whom a connection lets in: keys that are registered, and authtokens.
///
/// libssh wants each answer before it goes on, so this waits for the control plane, on a thread that is there for it.
final class SSHLogin {
    /// What a client that was let in may do.
    struct Session: Sendable {
        let grant: SessionGrant
    }

    enum Answer {
        /// The key is registered: the client shall show that it has its other half.
        case go
        /// The authtoken shall be entered, behind these words.
        case ask(String)
        /// The client may try something else; it is told why not this, where that says anything.
        case refuse(Failure?)
        case end(Failure)
        /// It is let in; a failure is for its user to read in the session, which then ends.
        case admit(Result<Session, Failure>)
    }

    /// How often one connection may try.
    struct Limits: Sendable {
        var keys = 6
        var authtokens = 3
    }

    private let control: any ControlPlane
    private let connection: ConnectionID
    private let remoteAddress: NetworkAddress?
    private let limits: Limits
    private var keysOffered = 0
    private var tokensEntered = 0
    private var unknownKeys: [String] = []

    init(
        control: any ControlPlane,
        connection: ConnectionID,
        remoteAddress: NetworkAddress?,
        limits: Limits = Limits()
    ) {
        self.control = control
        self.connection = connection
        self.remoteAddress = remoteAddress
        self.limits = limits
    }

    /// The client begins without anything, or with what is asked of it.
    func begin(as user: String, asks: Bool = true) -> Answer {
        if let failure = Self.failure(of: user) { return .end(failure) }
        guard asks else { return .refuse(nil) }
        guard self.tokensEntered < self.limits.authtokens else { return .end(Self.tooManyTokens) }
        let failure =
            self.unknownKeys.isEmpty
            ? Failure(.sshKeyNotOffered, "No public key was offered.")
            : Failure(
                .sshKeyUnknown,
                self.unknownKeys.count == 1
                    ? "The key \(self.unknownKeys[0]) is not registered here."
                    : "None of the \(self.unknownKeys.count) keys that were offered is registered here."
            )
        return .ask(failure.terminalText)
    }

    /// A key is offered, without a proof yet.
    func offer(_ key: String, as user: String) -> Answer {
        if let failure = Self.failure(of: user) { return .end(failure) }
        guard self.keysOffered < self.limits.keys else {
            return .end(Failure(.sshKeysTooMany, "\(self.limits.keys) keys were offered, and none is registered here."))
        }
        self.keysOffered += 1
        guard let fingerprint = Self.fingerprint(of: key) else { return .refuse(nil) }
        switch self.wait({ [control] () async throws(Failure) in try await control.checkKey(fingerprint) }) {
        case .success:
            return .go
        case .failure(let failure) where failure.code == .sshKeyUnknown:
            self.unknownKeys.append(fingerprint)
            return .refuse(failure)
        case .failure(let failure):
            return .end(failure)
        }
    }

    /// The client has shown that it has the key.
    func prove(_ key: String, as user: String, _ version: String) -> Answer {
        if let failure = Self.failure(of: user) { return .end(failure) }
        guard let fingerprint = Self.fingerprint(of: key) else { return .refuse(nil) }
        var request = self.request(Secret(""), version)
        request.keyFingerprint = fingerprint
        return self.open(request, retrying: [.sshKeyUnknown])
    }

    /// An authtoken was entered, as a password or as an answer.
    func enter(_ secret: Secret?, as user: String, _ version: String) -> Answer {
        if let failure = Self.failure(of: user) { return .end(failure) }
        guard self.tokensEntered < self.limits.authtokens else { return .end(Self.tooManyTokens) }
        self.tokensEntered += 1
        return self.open(
            self.request(secret ?? Secret(""), version),
            retrying: [.authtokenMissing, .authtokenMalformed, .authtokenOldFormat, .authtokenUnknown]
        )
    }

    private static let tooManyTokens = Failure(.authtokenUnknown, "Too many authtokens were tried.")

    private func open(_ request: SessionRequest, retrying codes: Set<ErrorCode>) -> Answer {
        let result = self.wait { [control] () async throws(Failure) in
            Session(grant: try await control.openSession(request))
        }
        if case .failure(let failure) = result, codes.contains(failure.code) { return .refuse(failure) }
        return .admit(result)
    }

    private func request(_ authtoken: Secret, _ version: String) -> SessionRequest {
        var request = SessionRequest(
            connection: self.connection,
            remoteAddress: self.remoteAddress,
            connectHost: nil,
            versions: ["3"],
            clientID: "",
            cookie: "",
            authtoken: authtoken,
            legNumber: 0,
            userAgent: version,
            clientType: "ssh",
            clientVersion: version,
            operatingSystem: "",
            architecture: "",
            metadata: "",
            heartbeatInterval: .zero,
            heartbeatTolerance: .zero
        )
        request.transport = .ssh
        return request
    }

    /// The user says which version of the command's syntax is spoken, as `v2`. Without one given, clients send the name
    /// of their local user, which may be anything.
    private static func failure(of user: String) -> Failure? {
        guard user.count > 1, user.first == "v", user.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            user != "v2"
        else { return nil }
        return Failure(.sshVersionUnknown, "There is no version \(user.prefix(20)) of the command's syntax.")
    }

    private static func fingerprint(of key: String) -> String? {
        // What libssh could read, and we don't take, is registered nowhere.
        try? SSHPublicKey(base64: key).fingerprint
    }

    /// Waits on this thread, which is not one of those that tasks share.
    private func wait<Value: Sendable>(
        _ question: @escaping @Sendable () async throws(Failure) -> Value
    ) -> Result<Value, Failure> {
        let semaphore = DispatchSemaphore(value: 0)
        let answer = NIOLockedValueBox<Result<Value, Failure>?>(nil)
        Task {
            let result: Result<Value, Failure>
            do throws(Failure) {
                result = .success(try await question())
            } catch {
                result = .failure(error)
            }
            answer.withLockedValue { $0 = result }
            semaphore.signal()
        }
        semaphore.wait()
        guard let result = answer.withLockedValue({ $0 }) else {
            preconditionFailure("the answer is there before it is signalled")
        }
        return result
    }
}

extension Failure {
    /// What people see in their terminal.
    var terminalText: String { "\(self.code.name): \(self.message) \(self.code.remedy)" }
}
