import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing

/// What a browser would be for one user: it keeps the cookies that it is given, and says where its forms are from.
final actor Browser {
    struct Answer: Sendable, CustomStringConvertible {
        let status: Int
        let fields: HTTPHeaders
        let text: String

        var description: String {
            "\(self.status) \(self.fields.first(name: "location") ?? "") \(self.text.prefix(2000))"
        }
        var location: String? { self.fields.first(name: "location") }

        /// The value of the hidden field of this name.
        func hidden(_ name: String) -> String? {
            guard let start = self.text.firstRange(of: "name=\"\(name)\" value=\"") else { return nil }
            return String(self.text[start.upperBound...].prefix { $0 != "\"" })
        }
    }

    private let port: Int
    private let tls: NIOSSLContext
    private var cookies: [String: String] = [:]
    private var formToken = ""

    init(port: Int, tls: NIOSSLContext) {
        self.port = port
        self.tls = tls
    }

    var origin: String { "https://127.0.0.1:\(self.port)" }

    func get(_ path: String, fields: [String: String] = [:]) async throws -> Answer {
        let answer = try await self.ask("GET", path, fields: fields)
        if let token = answer.hidden("form_token") { self.formToken = token }
        return answer
    }

    /// Goes on where an answer sends to.
    func follow(_ answer: Answer) async throws -> Answer {
        try await self.get(try #require(answer.location, "\(answer)"))
    }

    /// Sends a form as a page of ours would, with the token of the page that was got last.
    func post(
        _ path: String,
        _ form: [String: String],
        origin: String? = nil,
        token: String? = nil
    ) async throws -> Answer {
        var form = form
        form["form_token"] = token ?? self.formToken
        let body = form.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        return try await self.ask(
            "POST",
            path,
            fields: ["content-type": "application/x-www-form-urlencoded", "origin": origin ?? self.origin],
            body: body
        )
    }

    func forgetCookies() { self.cookies = [:] }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & ~0x20)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    func ask(_ method: String, _ path: String, fields: [String: String], body: String = "") async throws -> Answer {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: self.port) { [tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: tls, serverHostname: "dashboard.portico.test")
                    try channel.pipeline.syncOperations.addHandler(handler)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path)
        head.headers.add(name: "host", value: "127.0.0.1:\(self.port)")
        head.headers.add(name: "connection", value: "close")
        head.headers.add(name: "accept", value: "text/html")
        if !self.cookies.isEmpty {
            head.headers.add(name: "cookie", value: self.cookies.map { "\($0)=\($1)" }.joined(separator: "; "))
        }
        for (name, value) in fields { head.headers.replaceOrAdd(name: name, value: value) }
        if !body.isEmpty { head.headers.add(name: "content-length", value: "\(body.utf8.count)") }
        let sent = head
        let answer = try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(.head(sent))
            if !body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: body)))) }
            try await outbound.write(.end(nil))
            var found: HTTPResponseHead?
            var bytes: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let head): found = head
                case .body(let buffer): bytes += buffer.readableBytesView
                case .end: break
                }
            }
            let head = try #require(found)
            return Answer(
                status: Int(head.status.code),
                fields: head.headers,
                text: String(decoding: bytes, as: UTF8.self)
            )
        }
        for cookie in answer.fields["set-cookie"] {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            self.cookies[String(pair[0])] = cookie.contains("Max-Age=0") ? nil : String(pair[1])
        }
        return answer
    }
}
