import Foundation
import Portico
import Testing

@testable import AgentRuntime

struct UpgradeTests {
    private static let second = """
        version: "2"
        authtoken: 2x_token
        server_addr: edge.example:443
        root_cas: /etc/ca.pem
        region: eu
        log_level: debug
        tunnels:
          web:
            proto: http
            addr: 8080
            domain: shop.example
            inspect: false
            basic_auth: ["ada:lovelace1"]
          ssh: {proto: tcp, addr: 22, remote_addr: "edge.example:20001", metadata: "7"}
          label: {proto: http, addr: 80, subdomain: shop}
        """

    private static let third = """
        version: 3
        agent:
          authtoken: 2x_token
          connect_url: edge.example:443
          connect_cas: /etc/ca.pem
          log_level: debug
        endpoints:
        - name: web
          url: https://shop.example
          inspect: false
          upstream:
            url: 8080
          traffic_policy:
            on_http_request:
            - actions:
              - type: "basic-auth"
                config:
                  credentials:
                  - "ada:lovelace1"
        - name: ssh
          url: tcp://edge.example:20001
          metadata: '7'
          upstream:
            url: 22
        tunnels:
          label:
            proto: http
            addr: 80
            subdomain: shop

        """

    @Test func `Version 2 becomes version 3, and what cannot stays a tunnel`() throws {
        let upgrade = try ConfigurationUpgrade(of: Self.second, path: "ngrok.yml")
        #expect(upgrade.text == Self.third)
        #expect((upgrade.from, upgrade.to) == (2, 3))
        #expect(
            upgrade.notes == [
                "region is gone: connect_url says where the edge is",
                "tunnels.label stays a tunnel: the base domain is the edge's to say; write the whole host as url (subdomain)",
            ]
        )
    }

    @Test func `The newer form asks for the same endpoints`() throws {
        try TemporaryFolder.run { folder in
            let before = try folder.write("a.yml", Self.second)
            let after = try folder.write("b.yml", try ConfigurationUpgrade(of: Self.second, path: "a.yml").text)
            let read = { (path: String) in
                try AgentSettings.check(ConfigurationLocation(flags: [path], environment: [:])).endpoints
            }
            let (old, new) = (try read(before), try read(after))
            #expect(old.map(\.name).sorted() == new.map(\.name).sorted())
            for endpoint in old {
                let same = try #require(new.first { $0.name == endpoint.name })
                #expect(same.upstream == endpoint.upstream)
                #expect(same.options.url == endpoint.options.url)
                #expect(same.options.isInspected == endpoint.options.isInspected)
                #expect((same.options.trafficPolicy == nil) == (endpoint.options.trafficPolicy == nil))
            }
        }
    }

    @Test func `Version 1 goes by way of version 2`() throws {
        let text = """
            authtoken: t
            http_proxy: http://proxy.example:3128
            tunnels:
              web: {proto: http, addr: 80, bind_tls: both, auth: "ada:lovelace1"}
            """
        let second = try ConfigurationUpgrade(of: text, path: "a.yml", to: 2)
        #expect(second.text.hasPrefix("version: '2'\nregion: us\nauthtoken: t\nproxy_url: http://proxy.example:3128\n"))
        let third = try ConfigurationUpgrade(of: text, path: "a.yml")
        #expect((third.from, third.to) == (1, 3))
        #expect(third.text.contains("name: web (http)"))
    }

    @Test func `A newer file is not made older, and a wrong one not rewritten`() throws {
        #expect(throws: AgentSettings.LoadingError.self) {
            try ConfigurationUpgrade(of: "version: 3\n", path: "a.yml", to: 2)
        }
        #expect(throws: AgentSettings.LoadingError.self) {
            try ConfigurationUpgrade(of: "version: 2\nx: 1\n", path: "a.yml")
        }
        #expect(throws: AgentSettings.LoadingError.self) { try ConfigurationUpgrade(of: "version: 9\n", path: "a.yml") }
        #expect(throws: AgentSettings.LoadingError.self) {
            try ConfigurationUpgrade(of: "version: 2\n", path: "a.yml", to: 4)
        }
    }

    @Test func `The file as it was is kept beside it`() throws {
        try TemporaryFolder.run { folder in
            let path = try folder.write("ngrok.yml", Self.second)
            let trial = try ConfigurationEdit.upgrade(path, to: nil, isTrial: true)
            #expect(trial.backup == nil)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.second)
            let outcome = try ConfigurationEdit.upgrade(path, to: nil, isTrial: false)
            #expect(outcome.backup == "\(path).bak")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.third)
            #expect(try String(contentsOfFile: "\(path).bak", encoding: .utf8) == Self.second)
            let again = try ConfigurationEdit.upgrade(path, to: nil, isTrial: false)
            #expect(again.backup == nil)
        }
    }

    @Test func `The result can go to another place, where nothing is`() throws {
        try TemporaryFolder.run { folder in
            let path = try folder.write("ngrok.yml", Self.second)
            let target = folder.url.appendingPathComponent("new/portico.yml").path
            let outcome = try ConfigurationEdit.upgrade(path, to: 3, isTrial: false, target: target)
            #expect(outcome.path == target)
            #expect(try String(contentsOfFile: target, encoding: .utf8) == Self.third)
            #expect(throws: AgentSettings.LoadingError.self) {
                try ConfigurationEdit.upgrade(path, to: 3, isTrial: false, target: target)
            }
        }
    }

    @Test(arguments: [
        (["VISUAL": "code -w", "EDITOR": "vi"], "code -w"), (["EDITOR": "vi"], "vi"), (["EDITOR": ""], "nano"),
    ])
    func `The editor is the environment's`(environment: [String: String], editor: String) {
        #expect(ConfigurationEdit.editor(environment) == editor)
    }

    @Test(arguments: [
        ("", "version: 3\nagent:\n    connect_url: 'a.example:443'\n"),
        ("version: 2\nserver_addr: old:1\n", "version: 2\nserver_addr: 'a.example:443'\n"),
        ("version: 2\nregion: us\n", "server_addr: 'a.example:443'\nversion: 2\nregion: us\n"),
        ("version: 3\nagent:\n  connect_url: old:1\n", "version: 3\nagent:\n  connect_url: 'a.example:443'\n"),
    ])
    func `A connect address is saved under the version's name`(before: String, after: String) throws {
        #expect(try TokenEdit("a.example:443", as: .connectURL, in: before).text == after)
    }
}
