@testable import Addressing
import JSON
import AgentProtocol
import Model
import NIOCore
import TestSupport
import Testing

@Suite struct MessageTests {
    @Test func `Auth reads both spellings of the token and keeps nanoseconds`() throws {
        for key in ["Authtoken", "AuthToken", "AUTHTOKEN"] {
            let auth = try AgentMessage.Auth(
                json: ["ClientId": "c", "extra": .object([key: "t", "HeartbeatInterval": 10_000_000_000])]
            )
            #expect(auth.authtoken.reveal() == "t")
            #expect(auth.heartbeatInterval == .seconds(10))
            #expect(auth.clientID == "c")
        }
    }

    @Test func `Missing, null and zero are the same, and an absent command is not a supported one`() throws {
        let auth = try AgentMessage.Auth(
            json: [
                "Version": .null,
                "Extra": ["Metadata": .null, "StopUnsupportedError": "", "UpdateUnsupportedError": "no"],
            ]
        )
        #expect(auth.versions.isEmpty)
        #expect(auth.metadata.isEmpty)
        #expect(auth.restart == .unknown)
        #expect(auth.stop == .supported)
        #expect(auth.update == .unsupported("no"))
    }

    @Test func `A field of the wrong type is named`() {
        let error = MessageError.wrongType(field: "OS", wanted: "a string")
        #expect(throws: error) { try AgentMessage.Auth(json: ["Extra": ["OS": 5]]) }
        #expect(throws: MessageError.wrongType(field: "ProxyProto", wanted: "an integer")) {
            try AgentMessage.Bind(json: ["Opts": ["ProxyProto": "1"]])
        }
    }

    @Test func `An authtoken and options don't print`() throws {
        var bind = AgentMessage.Bind()
        bind.options = AgentMessage.BindOptions(["BasicAuth": "hush-hush"])
        var auth = AgentMessage.Auth()
        auth.authtoken = Secret("hush-hush")
        var dumped = ""
        dump(bind, to: &dumped)
        dump(auth, to: &dumped)
        #expect(!"\(bind) \(auth) \(dumped)".contains("hush-hush"))
    }

    @Test func `Auth written by our agent reads as itself`() throws {
        var auth = AgentMessage.Auth()
        auth.clientID = "c1"
        auth.cookie = "k"
        auth.authtoken = Secret("t")
        auth.userAgent = "portico/1.0"
        auth.heartbeatInterval = .seconds(3)
        auth.heartbeatTolerance = .seconds(6)
        auth.stop = .supported
        auth.restart = .unsupported("not here")
        auth.legNumber = 2
        let again = try AgentMessage.Auth(json: auth.json)
        #expect(again.json == auth.json)
        #expect(auth.json["Extra"]?.object?["HeartbeatInterval"] == 3_000_000_000)
    }

    @Test func `Answers read as what was written`() throws {
        var auth = AgentMessage.AuthAnswer(clientID: "c")
        auth.region = "local"
        auth.deprecation = .init(nextMinimum: "2", date: nil, message: "old")
        auth.connectAddresses = [.init(region: "a", address: "h:443"), .init(region: "b", address: "i:443")]
        #expect(try AgentMessage.AuthAnswer(json: auth.json) == auth)
        #expect(auth.json["Extra"]?.object?["DeprecationWarning"]?.object?["NextDate"] == nil)
        let label = AgentMessage.LabelAnswer(id: "l")
        #expect(try AgentMessage.LabelAnswer(json: label.json) == label)
        let info = AgentMessage.ServerInfoAnswer(region: "local")
        #expect(try AgentMessage.ServerInfoAnswer(json: info.json) == info)
    }

    @Test func `A patch says only what it changes`() throws {
        var patch = AgentMessage.PatchTunnelState(tunnelID: "tn_1")
        patch.description = ""
        #expect(patch.json == ["TunnelId": "tn_1", "Description": ""])
        #expect(try AgentMessage.PatchTunnelState(json: patch.json) == patch)
    }

    @Test func `A refused call carries every field that agents insist on`() {
        #expect(AgentMessage.Bind.refusal("e").members.map(\.key) == ["Id", "URL", "Proto", "Opts", "Error", "Extra"])
        #expect(AgentMessage.Auth.refusal("e")["Version"] == "3")
        #expect(AgentMessage.Auth.refusal("e")["Extra"] == [:])
    }
}

@Suite struct BindOptionsTests {
    static func url(_ scheme: EndpointScheme, _ host: String, _ port: UInt16) -> EndpointURL {
        EndpointURL(scheme: scheme, host: HostPattern(HostName(unchecked: host)), port: port)
    }

    @Test func `Everything comes back, with the address in use and what strict agents need`() throws {
        let options = AgentMessage.BindOptions([
            "TrafficPolicy": "{}", "hostname": "wish", "Unknown": [1, ["deep": .number("1.50")]],
            "HostHeaderRewrite": .null,
            "Compression": [:], "ProxyProto": 2,
        ])
        let answer = options.answered(with: Self.url(.https, "demo.edge.test", 443))
        #expect(
            answer.json == [
                "TrafficPolicy": "{}", "Hostname": "demo.edge.test", "Unknown": [1, ["deep": .number("1.50")]],
                "HostHeaderRewrite": false, "Compression": [:], "ProxyProto": 2, "Subdomain": "", "Auth": "",
            ]
        )
    }

    @Test(
        arguments: [
            (.http, 80, ["Hostname", "Subdomain", "Auth", "HostHeaderRewrite", "ProxyProto"]),
            (.tls, 443, ["Hostname", "Subdomain", "MutualTLSAtAgent", "ProxyProto"]),
            (.tcp, 7000, ["Addr", "ProxyProto"]),
        ] as [(EndpointScheme, UInt16, [String])]
    )
    func `An answer without options in the request has the needed ones`(
        scheme: EndpointScheme,
        port: UInt16,
        keys: [String]
    ) {
        let answer = AgentMessage.BindOptions().answered(with: Self.url(scheme, "h.test", port))
        #expect(answer.json.members.map(\.key) == keys)
    }

    @Test func `An empty object switches a module on, null leaves it off`() {
        let options = AgentMessage.BindOptions(["compression": [:], "OAuth": .null, "TLSTermination": ["cert": ""]])
        #expect(options.modules == ["Compression", "TLSTermination"])
        #expect(options.terminatesTLS)
    }
}

@Suite struct ErrorTextTests {
    @Test(
        arguments: [
            ("Not known here.\nMake a new one.\n\nERR_NGROK_107", "Not known here.\nMake a new one.", "ERR_NGROK_107"),
            ("Not known.\r\n\r\nERR_NGROK_107\r\n", "Not known.", "ERR_NGROK_107"),
            ("a\nERR_NGROK_1\nb\nERR_NGROK_2 ", "a\nb", "ERR_NGROK_2"),
            ("a\nERR_NGROK_108 inline\nb", "a\nb", "ERR_NGROK_108 inline"),
            ("first ERR_NGROK_9 here\nsecond", "second", "ERR_NGROK_9"),
            ("ERR_NGROK_ without digits ERR_NGROK_12x", "", "ERR_NGROK_ without digits ERR_NGROK_12x"),
            ("no code", "no code", nil),
            ("ERR_NGROK_5", "", "ERR_NGROK_5"),
        ] as [(String, String, String?)]
    )
    func `A text gives its message and code`(text: String, message: String, code: String?) {
        #expect(ErrorText(parsing: text) == ErrorText(message: message, code: code))
    }

    @Test func `An empty text is no error, and no error is an empty text`() {
        #expect(ErrorText(parsing: "") == nil)
        #expect(!ErrorText(message: "", code: nil).wireText.isEmpty)
    }

    @Test func `A failure goes out with its code on a line of its own`() {
        let text = ErrorText(Failure(.endpointOffline, "It is offline."))
        #expect(text.wireText == "It is offline.\n\nERR_NGROK_3200")
        #expect(text.number == 3200)
        #expect(ErrorText(parsing: text.wireText) == text)
    }
}
