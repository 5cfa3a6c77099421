import Addressing
import EdgeLink
import Model
import TestSupport
import Testing

@testable import SSHGateway

@Suite struct SSHCommandTests {
    private func request(_ text: String?, _ address: String = "", _ port: UInt16 = 0) throws -> BindRequest {
        guard case .endpoint(let command) = try SSHCommand.parse(text) else { throw NoEndpoint() }
        return try command.bind(SSHForward(address: address, port: port))
    }

    private struct NoEndpoint: Error {}

    @Test(arguments: [
        ("http", "", UInt16(0), "https"), ("http", "localhost", 443, "https"), ("http", "", 80, "http"),
        ("tls", "", 0, "tls"), ("tls", "", 443, "tls"), ("tcp", "", 0, "tcp"),
        ("http --url http://a.edge.test", "", 0, "http"),
    ]) func `Command and port say what is spoken`(text: String, address: String, port: UInt16, scheme: String) throws {
        let request = try self.request(text, address, port)
        #expect(request.scheme.rawValue == scheme)
        #expect(request.hostname.isEmpty)
        #expect(request.subdomain.isEmpty)
    }

    @Test func `Names come from -R or from a flag`() throws {
        #expect(try self.request("http", "a.edge.test", 443).hostname == "a.edge.test")
        #expect(try self.request("http", "*.a.edge.test", 443).hostname == "*.a.edge.test")
        #expect(try self.request("tls", "a", 443).subdomain == "a")
        #expect(try self.request("http --domain=b.test").hostname == "b.test")
        #expect(try self.request("http --hostname b.test").hostname == "b.test")
        #expect(try self.request("http --subdomain b").subdomain == "b")
        #expect(try self.request("tcp", "1.tcp.test", 20_001).address == "1.tcp.test:20001")
        #expect(try self.request("tcp --remote-addr 1.tcp.test:20001").address == "1.tcp.test:20001")
    }

    @Test func `Flags say the rest`() throws {
        let request = try self.request(
            "http --name n --description 'd e' --metadata m --pooling-enabled --proxy-proto=2 --traffic-policy '{}'"
        )
        #expect(request.name == "n")
        #expect(request.description == "d e")
        #expect(request.metadata == "m")
        #expect(request.isPooled)
        #expect(request.proxyProtocol == 2)
        #expect(request.trafficPolicy == "{}")
        #expect(try !self.request("http --pooling-enabled=false").isPooled)
    }

    @Test(
        arguments: [
            (nil, "", UInt16(0), ErrorCode.sshCommandMissing), ("", "", 0, .sshCommandMissing),
            ("ftp", "", 0, .sshCommandUnknown), ("http --inspect", "", 0, .sshFlagUnsupported),
            ("tcp --domain x", "", 0, .sshFlagUnsupported),
            ("http --traffic-policy-file x", "", 0, .sshFlagUnsupported),
            ("http --nothing", "", 0, .sshCommandUnreadable), ("http 8080", "", 0, .sshCommandUnreadable),
            ("http --name", "", 0, .sshCommandUnreadable), ("http --name 'x", "", 0, .sshCommandUnreadable),
            ("http --pooling-enabled=maybe", "", 0, .sshCommandUnreadable),
            ("http", "", 8080, .sshPortOfCommand), ("tls", "", 80, .sshPortOfCommand),
            ("tcp --remote-addr a:1", "b", 2, .sshAddressTwice),
            ("tcp --remote-addr a:1", "", 2, .sshPortWithAddressFlag),
            ("tcp", "", 2, .sshPortCustom), ("tcp", "b", 0, .sshPortMissing),
            ("http --domain a.test", "b.test", 0, .sshHostTwice),
            ("http --hostname a.test", "b.test", 0, .sshHostTwice),
            ("http --url https://a.test", "b.test", 0, .sshHostTwice),
            ("http --subdomain a", "b.test", 0, .sshSubdomainTwice),
            ("http --subdomain a --domain b.test", "", 0, .sshHostAndSubdomain),
            ("http --proxy-proto 3", "", 0, .sshProxyVersion), ("http --proxy-proto x", "", 0, .sshProxyVersion),
        ] as [(String?, String, UInt16, ErrorCode)]
    ) func `What does not go together has its code`(
        text: String?,
        address: String,
        port: UInt16,
        code: ErrorCode
    ) {
        let failure = #expect(throws: Failure.self) { try self.request(text, address, port) }
        #expect(failure?.code == code)
    }

    @Test func `Help names the flags of the command`() throws {
        #expect(try SSHCommand.parse("http --help") == .help(.http))
        #expect(try SSHCommand.parse("--help") == .help(nil))
        #expect(SSHCommand.help(.tcp).contains("--remote-addr"))
        #expect(!SSHCommand.help(.tcp).contains("--subdomain"))
    }
}

@Suite struct SSHSetupTests {
    private let forward = SSHForward(address: "", port: 0)

    private func code(_ action: SSHSetup.Action) -> ErrorCode? {
        if case .fail(let failure) = action { failure.code } else { nil }
    }

    @Test func `Forwarding and command are waited for in any order`() {
        var setup = SSHSetup()
        #expect(setup.forwardAsked(self.forward) == .wait)
        guard case .bind = setup.commandGiven("http") else {
            Issue.record("not bound")
            return
        }
        setup = SSHSetup()
        #expect(setup.commandGiven("http") == .wait)
        guard case .bind = setup.forwardAsked(self.forward) else {
            Issue.record("not bound")
            return
        }
    }

    @Test func `What does not come in time has its code`() {
        var setup = SSHSetup()
        #expect(self.code(setup.timePassed()) == .sshSessionMissing)
        _ = setup.forwardAsked(self.forward)
        #expect(self.code(setup.timePassed()) == .sshSessionMissing)
        setup = SSHSetup()
        _ = setup.commandGiven("http")
        #expect(self.code(setup.timePassed()) == .sshForwardMissing)
    }

    @Test func `A failure waits for a session to be told in`() {
        var setup = SSHSetup()
        #expect(setup.forwardAsked(self.forward) == .wait)
        #expect(setup.forwardRepeated() == .wait)
        #expect(self.code(setup.commandGiven("http")) == .sshForwardRepeated)
        setup = SSHSetup()
        #expect(setup.refused(Failure(.accountSuspended, "x")) == .wait)
        #expect(self.code(setup.timePassed()) == .accountSuspended)
    }
}
