import Expression
import Model
import NIOCore
import TrafficPolicy

/// One run of an `http-request` action: attempts one after the other, each with its redirects, until one is good enough,
/// none is left, or the time is over. On the exchange's event loop.
final class RequestRun {
    struct Plan: Sendable {
        let maxRedirects: Int
        let timeout: TimeAmount
        let retryCondition: Program?
    }

    struct Outcome {
        let attempts: [RequestAttempt]
        /// Nil where there is an answer.
        let failure: Failure?
    }

    private static let maximumAttempts = 4

    private let exchange: Exchange
    private let requester: any PolicyRequester
    private let plan: Plan
    private let first: PolicyRequest
    private let eventLoop: any EventLoop
    private let completion: (Outcome) -> Void

    private var attempts: [RequestAttempt] = []
    private var request: PolicyRequest
    private var redirects = 0
    private var begin: NIODeadline
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(
        _ request: PolicyRequest,
        _ plan: Plan,
        by requester: any PolicyRequester,
        on exchange: Exchange,
        eventLoop: any EventLoop,
        completion: @escaping (Outcome) -> Void
    ) {
        self.exchange = exchange
        self.requester = requester
        self.plan = plan
        self.first = request
        self.request = request
        self.eventLoop = eventLoop
        self.begin = eventLoop.now
        self.completion = completion
    }

    /// Calls `completion` once, also where the requester never answers.
    func start() {
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: self.plan.timeout) {
            self.end(PolicyRequestError.timedOut.failure)
        }
        self.attempt()
    }

    private func attempt() {
        self.request = self.first
        self.redirects = 0
        self.begin = self.eventLoop.now
        self.send()
    }

    private func send() {
        self.requester.send(self.request, on: self.eventLoop).assumeIsolated().whenComplete { result in
            guard !self.isDone else { return }
            switch result {
            case .success(let answer): self.received(answer)
            case .failure(let error):
                let known = error as? PolicyRequestError ?? .failed("\(error)")
                self.attemptEnded(nil, known.failure)
            }
        }
    }

    private func received(_ answer: PolicyAnswer) {
        if let location = self.redirection(of: answer) {
            guard self.redirects < self.plan.maxRedirects else {
                let words =
                    "A request of this endpoint's policy was redirected more than \(self.plan.maxRedirects) times."
                return self.attemptEnded(answer, Failure(.policyRedirects, words))
            }
            self.redirects += 1
            self.redirect(to: location, status: answer.status)
            return self.send()
        }
        do throws(PolicyRequestError) {
            self.attemptEnded(try answer.decoded(limit: self.request.answerBytes), nil)
        } catch {
            self.attemptEnded(nil, error.failure)
        }
    }

    /// Where the answer leads; nil where it is no redirect, or none is followed.
    private func redirection(of answer: PolicyAnswer) -> String? {
        guard self.plan.maxRedirects > 0, [301, 302, 303, 307, 308].contains(answer.status) else { return nil }
        return answer.fields.first { $0.name == "location" }.flatMap {
            RequestURL.resolving($0.value, from: self.request.url)
        }
    }

    private func redirect(to url: String, status: Int) {
        if !RequestURL.haveSameOrigin(url, self.request.url) {
            self.request.fields.removeAll { ["authorization", "cookie", "proxy-authorization"].contains($0.name) }
        }
        self.request.url = url
        let becomesGet = status == 303 || (status == 301 || status == 302) && self.request.method == "POST"
        guard becomesGet else { return }
        self.request.method = "GET"
        self.request.body = ByteBuffer()
        self.request.fields.removeAll { $0.name.hasPrefix("content-") }
    }

    private func attemptEnded(_ answer: PolicyAnswer?, _ failure: Failure?) {
        let attempt = RequestAttempt(
            request: self.request,
            answer: answer,
            failure: failure,
            time: self.eventLoop.now - self.begin
        )
        self.attempts.append(attempt)
        guard self.exchange.host != nil else { return self.end(failure) }
        guard self.attempts.count < Self.maximumAttempts, self.wantsAnother(after: attempt) else {
            return self.end(failure)
        }
        self.attempt()
    }

    private func wantsAnother(after attempt: RequestAttempt) -> Bool {
        guard let condition = self.plan.retryCondition else { return false }
        self.exchange.attempts = AttemptFacts(count: self.attempts.count, last: attempt)
        defer { self.exchange.attempts = nil }
        do throws(EvaluationError) {
            return try self.exchange.isTrue(condition)
        } catch {
            self.exchange.note("retry_condition: \(error.reason.text)")
            return false
        }
    }

    private func end(_ failure: Failure?) {
        guard !self.isDone else { return }
        self.isDone = true
        self.timer?.cancel()
        self.completion(Outcome(attempts: self.attempts, failure: failure))
    }
}

/// What a retry condition sees of the attempts so far.
struct AttemptFacts {
    let count: Int
    let last: RequestAttempt
}

extension PolicyAnswer {
    /// The answer with its body as it was before it was encoded. A body in an unknown coding stays as it is.
    fileprivate func decoded(limit: Int) throws(PolicyRequestError) -> PolicyAnswer {
        guard self.body.readableBytes <= limit else { throw .tooLarge }
        let codings = BodyCodings(self.fields.filter { $0.name == "content-encoding" }.map(\.value))
        do throws(DecodingError) {
            let body = try codings.decode(self.body, limit: limit)
            return PolicyAnswer(status: self.status, fields: self.fields, body: body, address: self.address)
        } catch {
            throw error == .tooLarge ? .tooLarge : .failed("the answer is not encoded as it says")
        }
    }
}

extension PolicyRequestError {
    var failure: Failure {
        switch self {
        case .refused(let reason):
            Failure(
                .policyRequestRefused,
                "A request of this endpoint's policy may not go where it should.",
                detail: reason
            )
        case .failed(let reason):
            Failure(.policyRequestFailed, "A request of this endpoint's policy got no answer.", detail: reason)
        case .timedOut: Failure(.policyRequestTimeout, "A request of this endpoint's policy took too long.")
        case .tooLarge:
            Failure(.policyResponseTooLarge, "The answer to a request of this endpoint's policy is too large.")
        }
    }
}
