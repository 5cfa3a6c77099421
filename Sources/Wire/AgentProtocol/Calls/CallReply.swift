package import Model

/// The place where a call's answer goes, once and on the session's event loop. What comes later, or after the session
/// has ended, is dropped.
package final class CallReply<Answer> {
    private var deliver: ((Result<Answer, Failure>) -> Void)?

    package init(_ deliver: @escaping (Result<Answer, Failure>) -> Void) {
        self.deliver = deliver
    }

    package func succeed(_ answer: Answer) {
        self.complete(.success(answer))
    }

    package func fail(_ failure: Failure) {
        self.complete(.failure(failure))
    }

    package func complete(_ result: Result<Answer, Failure>) {
        let deliver = self.deliver
        self.deliver = nil
        deliver?(result)
    }
}

/// Why a call of ours came to nothing.
package enum CallError: Error, Sendable, Equatable {
    /// The peer's answer, which says why.
    case refused(ErrorText)
    case unreadable(MessageError)
    /// The stream ended without an answer, or the session did.
    case unanswered
    case timedOut
    /// The agent cannot be given this command; the reason is its own, nil when it is too old to know of it.
    case unsupported(reason: String?)
}
