import APIServer
import Addressing
import Certificates
import Control
import Edge
import Proxy
import Settings
import Testing

@testable import EdgeProgram

@Suite struct PlanesTests {
    private func load(_ text: String) throws -> EdgeProgramConfiguration {
        let file = try SettingsFile(path: "edge.yml", text: text)
        return try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file)).configuration
    }

    @Test func `The data plane gets every bound that was set`() throws {
        let edge = try self.load(
            """
            threads: 3
            region: eu
            drain_timeout: 7s
            tls: {require_sni: false}
            tcp: {address: 127.0.0.1}
            listeners: {http: 127.0.0.1:1, https: '[::1]:2', agents: 127.0.0.1:3}
            limits:
              handshake_timeout: 1s
              head_timeout: 2s
              head_bytes: 8KiB
              head_fields: 20
              line_bytes: 2KiB
              keep_alive_timeout: 3s
              body_idle_timeout: 4s
              slow_reader_timeout: 5s
              pipe_idle_timeout: 6s
              half_close_grace: 700ms
              connect_timeout: 1m1ms
              connections: 100
              connections_per_address: 9
            """
        ).dataPlane([])
        #expect(edge.http.map(\.description) == ["127.0.0.1:1"])
        #expect(edge.https.map(\.description) == ["[::1]:2"])
        #expect(edge.agents.map(\.description) == ["127.0.0.1:3"])
        #expect(edge.tcpHost == "127.0.0.1" && edge.connectHost == "connect.portico.localhost")
        #expect(edge.threads == 3 && edge.region == "eu" && edge.drainDuration == .seconds(7))
        #expect(!edge.requiresServerName)
        #expect(edge.handshakeMilliseconds == 1000)
        #expect(edge.connectionLimit == 100 && edge.connectionsPerAddress == 9)
        let proxy = edge.proxy
        #expect(proxy.limits.headMilliseconds == 2000)
        #expect(proxy.limits.headLimits.headBytes == 8192)
        #expect(proxy.limits.headLimits.fields == 20)
        #expect(proxy.limits.headLimits.lineBytes == 2048)
        #expect(proxy.limits.keepAliveMilliseconds == 3000)
        #expect(proxy.limits.bodyIdleMilliseconds == 4000)
        #expect(proxy.limits.slowReaderMilliseconds == 5000)
        #expect(proxy.limits.pipeIdleMilliseconds == 6000)
        #expect(proxy.limits.halfCloseMilliseconds == 700)
        #expect(proxy.limits.connectMilliseconds == 60_001)
    }

    @Test func `URLs get the public port, and those that visitors reach without it are known too`() throws {
        let control = try self.load(
            """
            base_domain: edge.test
            public: {https_port: 443, tcp_host: tcp.test}
            listeners: {http: [':80', ':8081'], https: ':8443', agents: ':9'}
            tcp: {ports: 100-200}
            hold: 3s
            agent_legs: 2
            require_reservations: true
            """
        ).controlPlane
        #expect(control.httpPorts == [80, 8081])
        #expect(control.tlsPorts == [443, 8443])
        #expect(control.connectAddress == "connect.edge.test:9")
        #expect(control.reservedHosts.map(\.text).sorted() == ["connect.edge.test", "idp.edge.test"])
        #expect(control.tcpHost?.text == "tcp.test" && control.tcpPorts == 100...200)
        #expect(control.holdTime == .seconds(3) && control.legs == 2)
        #expect(control.requiresReservations)
    }

    @Test func `The API speaks TLS where others than this machine reach it`() throws {
        let authority = try LocalAuthority.create()
        let issued = try authority.issue(for: ["edge.test"], addresses: [])
        let certificate = try APICertificate(chainPEM: issued.certificatePEM, keyPEM: issued.keyPEM)
        let edge = try self.load(
            """
            listeners: {api: ['127.0.0.1:1', '[::1]:2', ':3', '192.0.2.1:4']}
            public: {api_url: 'https://API.Test:443'}
            limits: {api_calls: 5, api_failures: 6}
            """
        )
        let apis = edge.listeners.api.map { edge.api(on: $0, certificate) }
        #expect(apis.map { $0.certificate == nil } == [true, true, false, false])
        #expect(apis.map(\.port) == [1, 2, 3, 4])
        #expect(apis.allSatisfy { $0.publicURL == "https://api.test" })
        #expect(apis.allSatisfy { $0.callsPerMinute == 5 && $0.failuresPerMinute == 6 })
        #expect(ServerNames(edge).hosts.contains("api.test"))
    }

    @Test func `Agents without a port of their own connect on the one for HTTPS`() throws {
        let control = try self.load("listeners: {agents: none}").controlPlane
        #expect(control.connectAddress == "connect.portico.localhost:8443")
    }

    @Test func `An upstream is an endpoint for each of its hosts and listeners`() async throws {
        let edge = try self.load(
            """
            upstreams:
              - {hosts: [a.test, '*.b.test'], address: '[::1]:3000'}
              - {host: c.test, address: 'service:80', scheme: https}
            """
        )
        let upstreams = try await edge.staticUpstreams(under: edge.controlPlane)
        #expect(
            upstreams.map { "\($0.url) \($0.host) \($0.port)" } == [
                "http://a.test:8080 ::1 3000", "http://*.b.test:8080 ::1 3000", "https://a.test:8443 ::1 3000",
                "https://*.b.test:8443 ::1 3000", "https://c.test:8443 service 80",
            ]
        )
    }
}
