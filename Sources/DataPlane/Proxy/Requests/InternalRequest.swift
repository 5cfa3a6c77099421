import Addressing
import Model
import NIOCore
import PolicyEngine

/// A request of a policy to an internal endpoint. Of the visitor on whose behalf the policy asks, the endpoint knows what
/// the request's fields say: for its own policy nobody has connected.
final class InternalRequest: LoopRequest {
    /// - Parameters:
    ///   - request: what is asked.
    ///   - endpoint: who is asked.
    ///   - target: path and query.
    ///   - loop: the event loop of the policy.
    ///   - promise: gets the answer.
    init(
        _ request: PolicyRequest,
        to endpoint: EndpointURL,
        _ target: String,
        in loop: ProxyLoop,
        _ promise: EventLoopPromise<PolicyAnswer>
    ) {
        let visitor = Visitor(address: nil, local: nil, isSecure: endpoint.scheme == .https)
        let context = ExchangeContext(loop: loop, visitor: visitor, serverName: nil, policyHops: request.hops)
        super.init(
            head: Self.head(of: request, to: endpoint, target, in: loop),
            body: request.body,
            // As if the endpoint whose policy asks had forwarded it: nothing is said of a visitor here.
            over: Exchange(context: context, destination: .internal(endpoint, of: request.account), depth: 2),
            deadline: request.deadline,
            answerBytes: request.answerBytes,
            promise
        )
    }

    private static func head(
        of request: PolicyRequest,
        to endpoint: EndpointURL,
        _ target: String,
        in loop: ProxyLoop
    ) -> ByteBuffer {
        // Host and port as they stand in the URL: the port where it is not the scheme's.
        let authority =
            endpoint.port == endpoint.scheme.defaultPort ? "\(endpoint.host)" : endpoint.hostport
        var head = loop.allocator.buffer(capacity: 1024)
        head.writeString("\(request.method) \(target) HTTP/1.1\r\n")
        head.writeString("host: \(authority)\r\n")
        for field in request.fields { head.writeString("\(field.name): \(field.value)\r\n") }
        if request.body.readableBytes > 0 || ["POST", "PUT", "PATCH"].contains(request.method) {
            head.writeString("content-length: \(request.body.readableBytes)\r\n")
        }
        head.writeStaticString("\r\n")
        return head
    }
}
