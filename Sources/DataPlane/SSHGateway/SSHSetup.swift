import EdgeLink
import Model

/// Waits for the three things that an endpoint needs, which come in any order: a forwarding, a session, and its command.
///
/// Decides; touches no connection.
struct SSHSetup {
    enum Action: Equatable {
        case wait
        /// Everything is there.
        case bind(SSHCommand, SSHForward)
        /// To be read in the session, where there is one.
        case fail(Failure)
        case help(String)

        static func == (left: Action, right: Action) -> Bool {
            switch (left, right) {
            case (.wait, .wait): true
            case (.bind(let a, let b), .bind(let c, let d)): a == c && b == d
            case (.fail(let a), .fail(let b)): a.code == b.code
            case (.help(let a), .help(let b)): a == b
            default: false
            }
        }
    }

    private var forward: SSHForward?
    private var command: SSHCommand?
    private var hasSession = false
    /// What went wrong before there was a session to say it in.
    private var failure: Failure?

    mutating func forwardAsked(_ forward: SSHForward) -> Action {
        self.forward = forward
        return self.next
    }

    mutating func forwardRepeated() -> Action {
        let failure = Failure(.sshForwardRepeated, "More than one forwarding was asked for.")
        self.failure = failure
        return self.hasSession ? .fail(failure) : .wait
    }

    mutating func refused(_ failure: Failure) -> Action {
        self.failure = failure
        return self.hasSession ? .fail(failure) : .wait
    }

    /// A session has its command, which is nil where a shell was asked for.
    mutating func commandGiven(_ text: String?) -> Action {
        self.hasSession = true
        if let failure = self.failure { return .fail(failure) }
        do throws(Failure) {
            switch try SSHCommand.parse(text) {
            case .help(let kind): return .help(SSHCommand.help(kind))
            case .endpoint(let command): self.command = command
            }
        } catch {
            return .fail(error)
        }
        return self.next
    }

    /// The time for all of it is over.
    func timePassed() -> Action {
        if let failure = self.failure { return .fail(failure) }
        return .fail(
            self.hasSession
                ? Failure(.sshForwardMissing, "No forwarding was asked for.")
                : Failure(.sshSessionMissing, "No session with a command was opened.")
        )
    }

    private var next: Action {
        if let failure = self.failure { return self.hasSession ? .fail(failure) : .wait }
        guard let forward = self.forward, let command = self.command else { return .wait }
        return .bind(command, forward)
    }
}
