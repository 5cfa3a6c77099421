import Addressing
import Model
import NIOCore
import PolicyEngine
import Routing

/// What is kept of a request that was forwarded, so that it can go elsewhere when that fails.
struct KeptRequest {
    let head: ByteBuffer
    /// Nil where nothing was taken from the front.
    var body: ByteBuffer?
    var isWhole = false
    var trailers: ByteBuffer?
}

extension Exchange {
    /// Endpoints that may follow one another, the visitor's own included (`spec/traffic-policy.md` 2.6).
    static let longestChain = 5

    /// The policy hands the request to an internal endpoint.
    func forward(to target: ForwardTarget) {
        guard let judged = self.judged, let bytes = self.head else { return }
        let account = judged.gate.endpoint.account
        if let failure = self.problem(with: target, of: account) {
            self.forwardFailed(failure, of: target, keeping: KeptRequest(head: bytes))
            return
        }
        guard judged.isHeadScanned || self.scan(bytes) else { return }
        // From here on the scratch head is the inner exchange's.
        judged.isHeadScanned = false
        let inner = Exchange(
            context: self.context,
            destination: .internal(target.url, of: account),
            depth: self.depth + 1
        )
        inner.explainer = self.explainer
        self.send(self.loop.requestHead, in: bytes, over: InternalLink(to: inner, target, head: bytes))
    }

    /// Why the target cannot be asked at all; what is found out later comes from the exchange with it.
    private func problem(with target: ForwardTarget, of account: ResourceID<AccountKind>) -> Failure? {
        guard self.depth < Self.longestChain else {
            return Failure(
                .forwardChainTooLong,
                "The request has come through \(self.depth) endpoints, and was not handed on to \(target.url)."
            )
        }
        guard target.url.scheme == .https || target.url.scheme == .http else {
            return Failure(.endpointOffline, "The endpoint \(target.url) takes no HTTP requests.")
        }
        guard self.loop.table.pool(internal: target.url, of: account) != nil else {
            return Failure(.endpointOffline, "The endpoint \(target.url) is offline.")
        }
        return nil
    }

    /// A forwarded request has got no answer: the policy goes on with its next action where it may, and the visitor is
    /// told otherwise. `kept` is nil where the request cannot go anywhere else.
    func forwardFailed(_ failure: Failure, of target: ForwardTarget, keeping kept: KeptRequest?) {
        self.link = nil
        guard let judged = self.judged, self.front != nil else { return }
        guard target.continuesOnFailure, let kept else {
            judged.policy.endUpstream(.failed)
            self.answer(failure)
            return
        }
        self.head = kept.head
        self.attempts = 0
        self.phase = .judged
        if let body = kept.body {
            judged.collected = CollectedRequest(
                limit: body.readableBytes,
                promise: nil,
                bytes: body,
                isWhole: kept.isWhole,
                trailers: kept.trailers
            )
        }
        judged.forwardFailed(failure, of: target)
    }

    /// The policy of the endpoint that the request was forwarded to has refused it.
    func forwardRefused(_ refusal: ExchangeRefusal) {
        self.link = nil
        self.judged?.policy.endUpstream(.answered(status: refusal.status ?? refusal.failure.code.httpStatus))
        self.answer(refusal.failure, status: refusal.status)
    }
}
