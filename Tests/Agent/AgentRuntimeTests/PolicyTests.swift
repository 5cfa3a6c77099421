import Foundation
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import Portico
import Settings
import Testing
import TrafficPolicy

@testable import AgentRuntime

/// Traffic policies of the command line and of configuration files.
struct PolicyTests {
    private static func read(_ text: String) throws -> AgentSettings {
        try AgentSettings.read(SettingsFile(path: "portico.yml", text: text), environment: [:])
    }

    private static func problems(_ text: String) throws -> String {
        try #require(throws: AgentSettings.LoadingError.self) { try Self.read(text) }.description
    }

    private static let begin = "version: 3\nendpoints:\n  - name: a\n    upstream: {url: 1}\n"

    @Test func `A policy inside a configuration file goes to the edge as it is meant`() throws {
        let settings = try Self.read(
            """
            \(Self.begin)\
                traffic_policy:
                  on_http_request:
                    - name: 7
                      expressions: ["req.method == 'GET'"]
                      actions:
                        - type: custom-response
                          config:
                            status_code: 404
                            headers: {x-number: "1", x-flag: yes}
                            body: |
                              a "text"
                              of two lines
                        # a comment
            """
        )
        let text = try #require(settings.endpoints[0].options.trafficPolicy)
        let expected = """
            {"on_http_request":[{"name":"7","expressions":["req.method == 'GET'"],"actions":[{"type":"custom-response",\
            "config":{"status_code":404,"headers":{"x-number":"1","x-flag":"yes"},"body":"a \\"text\\"\\nof two lines\\n"}}]}]}
            """
        #expect(try Policy(parsing: text).json(.revealed) == expected)
    }

    @Test func `A text in quotes stays a text`() throws {
        let policy = "{on_http_request: [{actions: [{type: set-vars, config: {vars: [{a: '1', b: 1}]}}]}]}"
        let one = policy.replacing(", b: 1", with: "")
        let settings = try Self.read("\(Self.begin)    traffic_policy: \(one)\n")
        #expect(settings.endpoints[0].options.trafficPolicy?.contains("\"a\": \"1\"") == true)
    }

    @Test func `What is wrong inside it is told where it stands in the file`() throws {
        let text = """
            \(Self.begin)\
                traffic_policy:
                  on_http_request:
                    - expressions:
                        - req.methud == 'GET'
                      actions:
                        - type: deny
                          config:
                            status_cod: 404
            """
        let found = try Self.problems(text)
        #expect(found.contains("portico.yml:8:15: endpoints[0].traffic_policy: ERR_PORTICO_2200"), "\(found)")
        #expect(found.contains("portico.yml:12:17: endpoints[0].traffic_policy: ERR_PORTICO_2203"), "\(found)")
        #expect(found.contains("did you mean \"status_code\""), "\(found)")
    }

    @Test func `A policy is checked for the endpoint that it is of`() throws {
        let policy = "    traffic_policy: {on_http_request: [{actions: [{type: deny}]}]}\n"
        #expect(try Self.problems("\(Self.begin)    url: tcp://\n\(policy)").contains("ERR_PORTICO_2230"))
        #expect(try Self.read("\(Self.begin)\(policy)").endpoints.count == 1)
    }

    @Test func `A policy may be a text, or stand in a file of its own`() throws {
        let inline = try Self.read("\(Self.begin)    traffic_policy: '{\"on_http_request\": []}'\n")
        #expect(inline.endpoints[0].options.trafficPolicy == "{\"on_http_request\": []}")
        try TemporaryFolder.run { folder in
            let good = try folder.write("good.yaml", "on_http_request: [{actions: [{type: deny}]}]\n")
            let settings = try Self.read("\(Self.begin)    traffic_policy_file: \(good)\n")
            #expect(settings.endpoints[0].options.trafficPolicy == "on_http_request: [{actions: [{type: deny}]}]\n")
            let bad = try folder.write("bad.yaml", "on_http_request: [{actions: [{type: dney}]}]\n")
            let found = try Self.problems("\(Self.begin)    traffic_policy_file: \(bad)\n")
            #expect(found.contains("bad.yaml:1:37: ERR_PORTICO_2201"), "\(found)")
            let both = try Self.problems("\(Self.begin)    traffic_policy_file: \(good)\n    traffic_policy: {}\n")
            #expect(both.contains("stands beside traffic_policy"))
            let none = try Self.problems("\(Self.begin)    traffic_policy_file: \(folder.url.path)/none.yaml\n")
            #expect(none.contains("there is no such file"))
        }
    }

    // MARK: - The command line

    @Test func `A policy of the command line is read, checked and sent`() async throws {
        let policy = PolicyText(name: "p.yaml", text: "on_http_request: [{actions: [{type: deny}]}]")
        var flags = EndpointFlags()
        flags.upstream = "8080"
        flags.trafficPolicy = policy
        let definition = try EndpointCommand.http.endpoints(flags)[0]
        #expect(definition.options.trafficPolicy == policy.text)
        try policy.check(for: definition.options)
        let tcp = try EndpointCommand.tcp.endpoints(flags)[0]
        let error = try #require(throws: PolicyText.CheckError.self) { try policy.check(for: tcp.options) }
        #expect(error.description.contains("ERR_PORTICO_9026"))
        #expect(error.description.contains("p.yaml:1:1: error ERR_PORTICO_2230"))
    }

    @Test func `There is one policy`() async throws {
        #expect(try await PolicyText.read(file: nil, url: nil) == nil)
        let both = await #expect(throws: PorticoError.self) { try await PolicyText.read(file: "a", url: "http://b") }
        #expect(both?.code == ErrorCode.usage.name)
        let none = await #expect(throws: PorticoError.self) { try await PolicyText.read(file: "/no/such", url: nil) }
        #expect(none?.code == ErrorCode.policyInvalid.name)
    }

    @Test func `A policy is fetched by its URL, over redirects`() async throws {
        try await PolicyServer.run { address in
            let policy = try await PolicyText.read(file: nil, url: "\(address)/moved?to=/policy")
            #expect(policy == PolicyText(name: "\(address)/moved?to=/policy", text: "on_http_request: []\n"))
        }
    }

    @Test(arguments: [
        ("/none", "status 404"), ("/moved?to=/moved?to=/x", "status 404"), ("/loop", "more than 5 times"),
        ("/large", "more than 1048576 bytes"), ("/bytes", "no UTF-8 text"), ("/broken", "not usable"),
        ("/elsewhere", "no URL of http or https"),
    ])
    func `A URL that gives no policy is refused with its reason`(path: String, words: String) async throws {
        try await PolicyServer.run { address in
            let error = await #expect(throws: PorticoError.self) {
                try await PolicyText.read(file: nil, url: "\(address)\(path)")
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
            #expect(error?.code == ErrorCode.policyInvalid.name)
        }
    }

    @Test(arguments: ["", "policy.yaml", "ftp://a/b", "https://", "http://127.0.0.1:1/"])
    func `A URL that leads nowhere is refused`(url: String) async throws {
        await #expect(throws: PorticoError.self) { try await PolicyText.read(file: nil, url: url) }
    }
}

/// An HTTP server on loopback with policies, good ones and others.
private enum PolicyServer {
    static func run(_ body: (_ address: String) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler())
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        do {
            try await body("http://127.0.0.1:\(server.localAddress?.port ?? 0)")
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
            let (path, query) = (head.uri.prefix { $0 != "?" }, head.uri.drop { $0 != "?" }.dropFirst())
            switch path {
            case "/policy": self.answer(.ok, "on_http_request: []\n", context)
            case "/moved": self.answer(.found, "", location: String(query.dropFirst("to=".count)), context)
            case "/loop": self.answer(.found, "", location: "/loop", context)
            case "/elsewhere": self.answer(.found, "", location: "file:///etc/passwd", context)
            case "/large": self.answer(.ok, String(repeating: "#", count: 1_048_577), context)
            case "/bytes": self.answer(.ok, bytes: [0xFF, 0xFE], context)
            case "/broken":
                context.write(Self.wrapOutboundOut(.head(.init(version: .http1_1, status: .ok))), promise: nil)
                context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "on_")))), promise: nil)
                context.close(promise: nil)
            default: self.answer(.notFound, "", context)
            }
        }

        private func answer(
            _ status: HTTPResponseStatus,
            _ text: String = "",
            location: String? = nil,
            bytes: [UInt8]? = nil,
            _ context: ChannelHandlerContext
        ) {
            let body = bytes.map { ByteBuffer(bytes: $0) } ?? ByteBuffer(string: text)
            var head = HTTPResponseHead(version: .http1_1, status: status)
            head.headers.add(name: "content-length", value: "\(body.readableBytes)")
            if let location { head.headers.add(name: "location", value: location) }
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
