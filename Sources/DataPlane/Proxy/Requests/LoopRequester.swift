import Addressing
import NIOCore
import PolicyEngine

/// Sends the requests of the policies of one event loop: those to internal endpoints of their account without a socket, all
/// others through whoever asks hosts outside.
final class LoopRequester: PolicyRequester {
    /// The loop holds its policies, which hold this.
    private final class Owner {
        weak var handle: ProxyLoop.Handle?

        init(_ loop: ProxyLoop) {
            self.handle = loop.handle
        }
    }

    private let owner: NIOLoopBound<Owner>
    private let outside: (any PolicyRequester)?

    init(_ loop: ProxyLoop, outside: (any PolicyRequester)?) {
        self.owner = NIOLoopBound(Owner(loop), eventLoop: loop.eventLoop)
        self.outside = outside
    }

    func send(_ request: PolicyRequest, on eventLoop: any EventLoop) -> EventLoopFuture<PolicyAnswer> {
        guard request.origin != .provider, let target = try? OutboundURL(parsingInternal: request.url) else {
            return self.outside?.send(request, on: eventLoop)
                ?? eventLoop.makeFailedFuture(
                    PolicyRequestError.refused("this edge asks internal endpoints and no other host")
                )
        }
        guard let endpoint = EndpointURL(target) else {
            return eventLoop.makeFailedFuture(PolicyRequestError.failed("\(target.host) is no name of an endpoint"))
        }
        let promise = eventLoop.makePromise(of: PolicyAnswer.self)
        // Not at once: whoever runs the policy is still at work with the loop's scratch heads.
        eventLoop.execute { [owner] in
            guard let loop = owner.value.handle?.loop else {
                promise.fail(PolicyRequestError.failed("the edge is shutting down"))
                return
            }
            InternalRequest(request, to: endpoint, target.target, in: loop, promise).start()
        }
        return promise.futureResult
    }
}

extension EndpointURL {
    /// The endpoint that a request to an internal name asks; nil where no endpoint can have it.
    fileprivate init?(_ target: OutboundURL) {
        guard case .name(let name) = target.host, let host = try? HostPattern(parsing: name) else { return nil }
        self.init(scheme: target.scheme == "https" ? .https : .http, host: host, port: target.port)
    }
}
