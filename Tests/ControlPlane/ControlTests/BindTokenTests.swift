import Addressing
import EdgeLink
import Model
import Secrets
import Testing

@testable import Control

@Suite struct BindTokenTests {
    @Test(arguments: [EndpointScheme.https, .http, .tls, .tcp])
    func `A random address survives the edge's restart by its token`(scheme: EndpointScheme) async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind("", scheme)
        await test.end(1, .graceful)
        try await test.open(on: 2)
        let again = try await test.bind("", on: 2, scheme) { $0.bindToken = grant.token }
        #expect(again.url == grant.url)
    }

    @Test func `A wish beats the token`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind()
        let other = try await test.bind("https://mine.portico.test") { $0.bindToken = grant.token }
        #expect(other.url.description == "https://mine.portico.test")
    }

    @Test func `A token for what another has now is refused`() async throws {
        let test = try await ControlUnderTest()
        let other = try await test.otherAccount()
        try await test.open(on: 1)
        try await test.open(on: 2, token: other.token)
        let grant = try await test.bind()
        await test.end(1, .graceful)
        try await test.bind(grant.url.description, on: 2)
        try await test.open(on: 3)
        #expect(await code { try await test.bind(on: 3) { $0.bindToken = grant.token } } == 334)
    }

    @Test func `A token that is no good is as if it were none`() async throws {
        let test = try await ControlUnderTest()
        let other = try await test.otherAccount()
        let session = try await test.open(on: 1)
        let grant = try await test.bind()
        await test.end(1, .graceful)
        try await test.open(on: 2)
        for token in [
            "rubbish", String(grant.token.dropFirst()), session.cookie, String(repeating: "a", count: 99_999),
        ] {
            #expect(try await test.bind(on: 2) { $0.bindToken = token }.url != grant.url)
        }
        // Of another scheme, of another account, too old.
        #expect(try await test.bind(on: 2, .tls) { $0.bindToken = grant.token }.url.host != grant.url.host)
        try await test.open(on: 3, token: other.token)
        #expect(try await test.bind(on: 3) { $0.bindToken = grant.token }.url != grant.url)
        test.timeOfDay.advance(by: 31 * 86_400)
        #expect(try await test.bind(on: 2) { $0.bindToken = grant.token }.url != grant.url)
    }

    @Test func `A token for a port that the edge no longer has gets another`() async throws {
        let keys = SealingKeyring(.random())
        let account = ResourceID<AccountKind>.new(at: 0)
        let url = try EndpointURL(parsing: "tcp://portico.test:30000")
        let sealed = BindToken(account: account, url: url, issued: 100).sealed(with: keys)
        let read = try #require(BindToken(opening: sealed, with: keys))
        #expect(read.url(for: account, at: 100, lifetime: .seconds(1), ports: .standard) == url)
        #expect(read.url(for: account, at: 101, lifetime: .seconds(1), ports: .standard) == nil)

        var configuration = Control.Configuration(
            baseDomains: [try HostName(parsing: "portico.test")],
            connectAddress: ""
        )
        configuration.tcpPorts = 20_000...20_000
        let naming = EndpointNaming(configuration: configuration, given: url, isTCPPortFree: { _ in true })
        let name = try naming.name(for: BindRequest(bindID: "", scheme: .tcp))
        #expect(name.url.port == 20_000)
        #expect(name.origin == .drawn)
    }

    @Test func `An agent that echoes its random TCP address keeps it like one with a token`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind("tcp://", .tcp)
        await test.end(1, .graceful)
        // Between the two another process took the port.
        await test.edge.takePorts([grant.url.port])
        try await test.open(on: 2)
        let again = try await test.bind("tcp://", on: 2, .tcp) { request in
            request.address = grant.url.hostport
            request.bindToken = grant.token
        }
        #expect(again.url.port != grant.url.port)
    }
}

@Suite struct TCPPortTests {
    @Test func `Random ports are free ones of the range, until all are in use`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        var ports: Set<UInt16> = []
        for _ in 0..<10 { ports.insert(try await test.bind("tcp://", .tcp).url.port) }
        #expect(ports == Set(20_000...20_009))
        #expect(await code { try await test.bind("tcp://", .tcp) } == 100_102)
    }

    @Test func `A port that cannot be listened on is passed over when it was drawn`() async throws {
        let test = try await ControlUnderTest { $0.tcpPorts = 20_000...20_003 }
        await test.edge.takePorts(20_000...20_002)
        try await test.open(on: 1)
        #expect(try await test.bind("tcp://", .tcp).url.port == 20_003)
        #expect(await test.table.urls == ["tcp://portico.test:20003"])
    }

    @Test func `A port that cannot be listened on is refused when it was wished`() async throws {
        let test = try await ControlUnderTest()
        await test.edge.takePorts([20_001])
        try await test.open(on: 1)
        #expect(await code { try await test.bind("tcp://portico.test:20001", .tcp) } == 100_103)
        #expect(await test.table.endpoints.isEmpty)
    }

    @Test func `When no port can be listened on the agent is told`() async throws {
        let test = try await ControlUnderTest()
        await test.edge.takePorts(20_000...20_009)
        try await test.open(on: 1)
        #expect(await code { try await test.bind("tcp://", .tcp) } == 100_103)
        #expect(await test.table.endpoints.isEmpty)
    }

    @Test func `An edge without ports has no TCP endpoints`() async throws {
        let test = try await ControlUnderTest { $0.tcpPorts = nil }
        try await test.open(on: 1)
        #expect(await code { try await test.bind("tcp://", .tcp) } == 332)
    }

    @Test func `The host of TCP endpoints is the operator's choice`() async throws {
        let test = try await ControlUnderTest { $0.tcpHost = try HostName(parsing: "1.tcp.portico.test") }
        try await test.open(on: 1)
        #expect(try await test.bind("", .tcp).url.host.description == "1.tcp.portico.test")
        #expect(await code { try await test.bind("tcp://portico.test:20001", .tcp) } == 307)
    }
}
