import Foundation
import Model
import Portico
import Settings
import Testing

@testable import AgentRuntime

/// The way to the edge, and to newer versions, as files and environment say it.
struct WayTests {
    private static func plan(_ lines: String, environment: [String: String] = [:]) throws -> AgentPlan {
        let file = FileManager.default.temporaryDirectory.appending(path: "portico-way-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("version: 3\nagent:\n  authtoken: t\n  connect_url: edge.example:443\n\(lines)".utf8).write(to: file)
        var flags = AgentFlags()
        flags.config = [file.path]
        return try AgentPlan(flags, environment: environment, isTerminal: false)
    }

    @Test func `What a file says has its effect`() throws {
        let plan = try Self.plan(
            """
              proxy_url: socks5://a:b@proxy.example
              connect_timeout: 4s
              connect_interface: eth7
              heartbeat_interval: 500ms
              heartbeat_tolerance: 20s

            """
        )
        #expect(plan.configuration.proxy?.description == "socks5://proxy.example:1080")
        #expect(plan.configuration.connectTimeout == .seconds(4))
        #expect(plan.configuration.interface == "eth7")
        #expect(plan.configuration.heartbeatInterval == .milliseconds(500))
        #expect(plan.configuration.heartbeatTolerance == .seconds(20))
        #expect(plan.warnings.isEmpty)
        #expect(plan.configuration.remoteCommands == [.stop, .restart])
    }

    @Test func `A proxy that is none is told with its line, and without its password`() {
        let error = #expect(throws: AgentSettings.LoadingError.self) {
            try Self.plan("  proxy_url: ftp://a:hunter2@b\n")
        }
        #expect(error?.description.contains("proxy_url") == true)
        #expect(error?.description.contains("hunter2") == false, "\(error?.description ?? "")")
    }

    @Test func `Keys without an effect are warned of`() throws {
        let plan = try Self.plan("  crl_url: http://a/\n  crl_noverify: false\n  dns_resolver_ips: [1.1.1.1]\n")
        #expect(plan.warnings.count == 3)
        #expect(try Self.plan("  crl_noverify: true\n").warnings.isEmpty)
    }

    @Test func `The environment's proxy is taken where the file names none`() throws {
        let environment = ["http_proxy": "proxy.example:3128", "no_proxy": "localhost"]
        #expect(
            try Self.plan("", environment: environment).configuration.proxy?.description == "http://proxy.example:3128"
        )
        let named = try Self.plan("  proxy_url: https://other\n", environment: environment)
        #expect(named.configuration.proxy?.description == "https://other:443")
        #expect(try Self.plan("", environment: ["HTTP_PROXY": "socks5://p"]).configuration.proxy?.kind == .socks5)
        #expect(try Self.plan("", environment: ["http_proxy": ""]).configuration.proxy == nil)
        #expect(throws: PorticoError.self) { try Self.plan("", environment: ["http_proxy": "ftp://p"]) }
    }

    @Test(arguments: [
        ("localhost:1", "", true), ("127.0.0.1:1", "", true), ("[::1]:1", "", true), ("edge.example:443", "", false),
        ("edge.example:443", "*", true), ("edge.example:443", "example", true), ("edge.example:443", ".example", true),
        ("edge.example:443", "a.test, EDGE.example", true), ("edge.example:443", "dge.example", false),
        ("edge.example:443", "edge.example:443", true), ("edge.example:443", "edge.example:80", false),
        ("10.1.2.3:443", "10.0.0.0/8", true), ("10.1.2.3:443", "10.1.2.3", true), ("10.1.2.3:443", "11.0.0.0/8", false),
        ("edge.example:443", ",", false),
    ])
    func `Exceptions from the environment's proxy are kept`(server: String, exceptions: String, isDirect: Bool) throws {
        #expect(ProxyChoice.isDirect(try ServerAddress(server), exceptions: exceptions) == isDirect)
    }

    @Test func `Updates come from where the file says, and none without`() throws {
        let plan = try Self.plan(
            "  update_url: https://r/\n  update_key: abc\n  update_channel: beta\n  update_check: false\n"
        )
        #expect(plan.update.source?.url == "https://r/" && plan.update.channel == .beta && !plan.update.isChecked)
        #expect(plan.configuration.remoteCommands == [.stop, .restart, .update])
        #expect(try Self.plan("").update.source == nil)
        #expect(try Self.plan("  remote_management: false\n").configuration.remoteCommands.isEmpty)
    }
}
