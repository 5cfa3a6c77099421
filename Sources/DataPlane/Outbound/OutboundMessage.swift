import Addressing
import NIOCore
import NIOHTTP1
import PolicyEngine

/// A request as it goes over a connection.
struct OutboundMessage {
    let request: PolicyRequest
    let head: HTTPRequestHead

    init(_ request: PolicyRequest, to target: OutboundURL) {
        self.request = request
        let standard: UInt16 = target.scheme == "https" ? 443 : 80
        let port = target.port == standard ? "" : ":\(target.port)"
        var headers = HTTPHeaders([("host", "\(target.host.urlText)\(port)")])
        for field in request.fields where !Self.isOurs(field.name) { headers.add(name: field.name, value: field.value) }
        if request.body.readableBytes > 0 || ["POST", "PUT", "PATCH"].contains(request.method) {
            headers.add(name: "content-length", value: "\(request.body.readableBytes)")
        }
        self.head = HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: request.method),
            uri: target.target,
            headers: headers
        )
    }

    /// Whether sending it twice does what sending it once does (RFC 9110 §9.2.2): such a request may go over a connection
    /// that was kept, and may just be closing.
    var isIdempotent: Bool { ["GET", "PUT", "DELETE", "OPTIONS"].contains(self.request.method) }

    /// Whether a field names the target, frames the message or is of the connection: who sends it says so.
    private static func isOurs(_ name: String) -> Bool {
        [
            "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te",
            "trailer", "upgrade", "expect",
        ].contains(name)
    }
}
