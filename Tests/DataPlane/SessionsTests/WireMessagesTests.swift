import Addressing
import AgentProtocol
import EdgeLink
import JSON
import Model
import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy
@testable import Sessions

@Suite struct WireMessagesTests {
    @Test(arguments: [("http", EndpointScheme.http), ("HTTPS", .https), ("tcp", .tcp), ("Tls", .tls)])
    func `A bind's protocol is read in any case`(proto: String, scheme: EndpointScheme) throws {
        var bind = AgentMessage.Bind()
        bind.proto = proto
        #expect(try BindRequest(bind).scheme == scheme)
    }

    @Test(arguments: ["", "udp", "http ", "h2"])
    func `A protocol that is none of the four is refused by name`(proto: String) throws {
        var bind = AgentMessage.Bind()
        bind.proto = proto
        let failure = try #require(throws: Failure.self) { try BindRequest(bind) }
        #expect(failure.code == .protocolUnsupported)
        #expect(failure.message.contains("\"\(proto)\""))
    }

    @Test func `What a bind says reaches the control plane`() throws {
        var bind = AgentMessage.Bind()
        bind.id = "b7"
        bind.proto = "tcp"
        bind.token = "t7"
        bind.bindings = ["internal"]
        bind.isPooled = true
        bind.name = "one"
        bind.description = "two"
        bind.metadata = "three"
        bind.forwardsTo = "localhost:22"
        bind.forwardsProto = "http2"
        bind.options = AgentMessage.BindOptions([
            "URL": "tcp://a.test:1", "Domain": "d", "Hostname": "h", "Subdomain": "s", "Addr": "a.test:1",
            "ProxyProto": 2, "TrafficPolicy": "{}", "Compression": [:],
        ])
        let request = try BindRequest(bind)
        #expect(request.bindID == "b7" && request.bindToken == "t7")
        #expect(request.bindings == ["internal"] && request.isPooled)
        #expect([request.name, request.description, request.metadata] == ["one", "two", "three"])
        #expect([request.forwardsTo, request.upstreamProtocol] == ["localhost:22", "http2"])
        #expect([request.url, request.address] == ["tcp://a.test:1", "a.test:1"])
        #expect([request.domain, request.hostname, request.subdomain] == ["d", "h", "s"])
        #expect(request.proxyProtocol == 2 && request.trafficPolicy == "{}")
        #expect(request.modules == ["Compression"])
    }

    @Test(arguments: [
        (AgentMessage.BindOptions(["Auth": "user:password"]), ["Auth"]),
        (.init(["Auth": ""]), []),
        (.init(["HostHeaderRewrite": true]), ["HostHeaderRewrite"]),
        (.init(["HostHeaderRewrite": false, "ProxyProto": 9_223_372_036_854_775_807]), []),
    ])
    func `A password that an older agent asks for is not dropped`(
        options: AgentMessage.BindOptions,
        modules: [String]
    ) throws {
        var bind = AgentMessage.Bind()
        bind.proto = "http"
        bind.options = options
        #expect(try BindRequest(bind).modules == modules)
    }

    /// A protocol, module fields, and what is left of them beside the policy that comes of the rest.
    private static let tlsModules:
        [(proto: String, options: AgentMessage.BindOptions, policy: String, left: [String])] = [
            ("tls", .init(["TLSTermination": [:]]), #"{"type":"terminate-tls"}"#, []),
            (
                "tls",
                .init([
                    "TLSTermination": ["cert": "Y2VydA==", "key": "a2V5"], "MutualTLSAtEdge": ["mutual_tls_ca": "Y2E="],
                ]),
                #"{"type":"terminate-tls","config":{"server_certificate":"cert","server_private_key":"key","#
                    + #""mutual_tls_certificate_authorities":["ca"]}}"#,
                []
            ),
            (
                "https", .init(["MutualTLSCA": ["mutual_tls_ca": "Y2E="], "Compression": [:]]),
                #"{"type":"terminate-tls","config":{"mutual_tls_certificate_authorities":["ca"]}}"#, ["Compression"]
            ),
            // A key that is sealed for another service, bytes that are none, a policy beside, another protocol.
            ("tls", .init(["TLSTermination": ["cert": "Y2VydA==", "sealed_key": "a2V5"]]), "", ["TLSTermination"]),
            ("https", .init(["MutualTLSCA": ["mutual_tls_ca": "?"]]), "", ["MutualTLSCA"]),
            ("https", .init(["MutualTLSCA": [:]]), "", ["MutualTLSCA"]),
            ("https", .init(["TLSTermination": [:]]), "", ["TLSTermination"]),
            ("tls", .init(["TLSTermination": [:], "TrafficPolicy": "{}"]), "{}", ["TLSTermination"]),
        ]

    @Test(arguments: Self.tlsModules.indices)
    func `How the edge ends TLS is a rule, also where older fields say it`(index: Int) throws {
        let (proto, options, policy, left) = Self.tlsModules[index]
        var bind = AgentMessage.Bind()
        bind.proto = proto
        bind.options = options
        let request = try BindRequest(bind)
        let rules = policy.hasPrefix("{\"type") ? "{\"on_tcp_connect\":[{\"actions\":[\(policy)]}]}" : policy
        #expect(request.trafficPolicy == rules)
        #expect(request.modules == left)
    }

    @Test func `A grant becomes the answer, with the region at each address`() {
        let grant = SessionGrant(
            sessionID: .random(),
            clientID: "c",
            cookie: "k",
            accountName: "a",
            planName: "p",
            region: "eu",
            banner: "b",
            connectAddresses: ["one:1", "two:2"]
        )
        let answer = AgentMessage.AuthAnswer(grant)
        #expect([answer.clientID, answer.cookie, answer.accountName, answer.planName] == ["c", "k", "a", "p"])
        #expect([answer.region, answer.banner, answer.sessionID] == ["eu", "b", grant.sessionID.text])
        #expect(answer.serverVersion == ProductVersion.current)
        #expect(answer.connectAddresses.map(\.address) == ["one:1", "two:2"])
        #expect(answer.connectAddresses.allSatisfy { $0.region == "eu" })
    }

    @Test func `A patch leaves alone what it does not name`() {
        var patch = AgentMessage.PatchTunnelState(tunnelID: "tn_1")
        patch.metadata = ""
        let told = EndpointPatch(patch)
        #expect(told.tunnelID == "tn_1" && told.metadata == "")
        #expect(told.name == nil && told.description == nil && told.isPooled == nil && told.trafficPolicy == nil)
    }

    @Test(arguments: [
        ("192.0.2.1:5", "192.0.2.1:5"), ("[2001:db8::1]:443", "[2001:db8::1]:443"), (nil, "0.0.0.0:0"),
    ])
    func `An agent is told a visitor's address and port`(address: String?, text: String) throws {
        let visitor = Visitor(
            address: try address.map { try NetworkAddress(parsing: $0) },
            local: nil,
            isSecure: false
        )
        #expect(visitor.addressAndPort == text)
    }

    @Test func `A visitor without a known address has a PROXY header that names none`() {
        var bytes = ByteBuffer()
        Visitor(address: nil, local: nil, isSecure: false).writeProxyHeader(.v1, into: &bytes)
        #expect(String(buffer: bytes) == "PROXY UNKNOWN\r\n")
    }
}

@Suite struct AgentSocketTests {
    @Test(arguments: [true, false])
    func `Reads are acknowledged at once, unless the agent does without`(isEnabled: Bool) throws {
        let handler = QuickAckHandler()
        handler.isEnabled = isEnabled
        let channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/agent")).wait()
        try channel.writeInbound(ByteBuffer(string: "frame"))
        #expect(channel.options.isEmpty != isEnabled)
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "frame"))
    }

    @Test func `A socket keeps its place in the tables of a NAT, and takes a batch of frames`() throws {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/agent")).wait()
        try AgentSocket.prepare(channel)
        #expect(channel.options.contains { $0.option is ChannelOptions.Types.WriteBufferWaterMarkOption })
        #expect(channel.options.contains { $0.option is ChannelOptions.Types.SocketOption })
    }
}
