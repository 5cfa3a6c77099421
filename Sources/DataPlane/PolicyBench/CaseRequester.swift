import NIOCore
import PolicyEngine
import TrafficPolicy

/// Answers the requests that a policy makes itself as the case says of their URL, or else of their endpoint.
struct CaseRequester: PolicyRequester {
    /// By URL.
    let answers: [String: CaseAnswer]

    func send(_ request: PolicyRequest, on eventLoop: any EventLoop) -> EventLoopFuture<PolicyAnswer> {
        switch self.answer(to: request.url) {
        case .response(let status, let headers, let body):
            guard body.utf8.count <= request.answerBytes else {
                return eventLoop.makeFailedFuture(PolicyRequestError.tooLarge)
            }
            let fields = headers.map { (name: $0.name, value: $0.value) }
            let answer = PolicyAnswer(status: status, fields: fields, body: ByteBuffer(string: body))
            return eventLoop.makeSucceededFuture(answer)
        case .failure(3602): return eventLoop.makeFailedFuture(PolicyRequestError.timedOut)
        case .failure(3601): return eventLoop.makeFailedFuture(PolicyRequestError.tooLarge)
        case .failure(let code): return eventLoop.makeFailedFuture(PolicyRequestError.failed("ERR_NGROK_\(code)"))
        }
    }

    /// The query doesn't count.
    private func answer(to url: String) -> CaseAnswer {
        let whole = String(url.prefix { $0 != "?" })
        let scheme = whole.firstRange(of: "://")?.upperBound ?? whole.startIndex
        let origin = String(whole[..<scheme]) + whole[scheme...].prefix { $0 != "/" }
        return self.answers[whole] ?? self.answers[origin] ?? .empty
    }
}
