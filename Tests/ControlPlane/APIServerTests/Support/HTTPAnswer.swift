import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing

/// An answer as it came over the socket.
struct HTTPAnswer: Sendable, CustomStringConvertible {
    let status: Int
    let fields: HTTPHeaders
    let body: [UInt8]

    var description: String { "\(self.status) \(String(decoding: self.body, as: UTF8.self))" }

    var object: JSONObject {
        get throws { try #require(try JSONValue(reading: self.body).object) }
    }

    /// `ERR_NGROK_n` of an error; nil for none.
    var code: Int? {
        (try? self.object)?["error_code"]?.string.flatMap { Int($0.dropFirst("ERR_NGROK_".count)) }
    }

    static func of(
        _ method: String,
        _ path: String,
        fields: [String: String],
        body: [UInt8],
        port: Int,
        over tls: NIOSSLContext? = nil
    ) async throws -> HTTPAnswer {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: "api.portico.test")
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path)
            head.headers.add(name: "host", value: "127.0.0.1:\(port)")
            head.headers.add(name: "connection", value: "close")
            for (name, value) in fields { head.headers.add(name: name, value: value) }
            if !body.isEmpty { head.headers.add(name: "content-length", value: "\(body.count)") }
            try await outbound.write(.head(head))
            if !body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            try await outbound.write(.end(nil))
            var answer: HTTPResponseHead?
            var bytes: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let head): answer = head
                case .body(let buffer): bytes += buffer.readableBytesView
                case .end: break
                }
            }
            let found = try #require(answer)
            return HTTPAnswer(status: Int(found.status.code), fields: found.headers, body: bytes)
        }
    }
}
