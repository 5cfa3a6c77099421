import Settings
import Testing

@testable import EdgeProgram

@Suite struct SettingChangesTests {
    private func load(_ text: String) throws -> EdgeProgramConfiguration.Loaded {
        let file = try SettingsFile(path: "edge.yml", text: text)
        return try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file))
    }

    private func changes(_ before: String, _ after: String, startedWith started: String? = nil) throws -> SettingChanges
    {
        try SettingChanges(
            from: self.load(before),
            startedWith: self.load(started ?? before),
            to: self.load(after)
        )
    }

    @Test(arguments: LiveSettings.paths)
    func `What comes into force by itself is a setting`(path: String) {
        let schema = EdgeProgramConfiguration.definition(.fixed).schema
        #expect(schema.settings.contains { $0.path == path })
    }

    @Test(
        arguments: [
            ("{}", "limits: {head_timeout: 5s}", ["limits.head_timeout"], []),
            ("{}", "log: {level: debug}", ["log.level"], []),
            ("{}", "log: {format: json}", [], ["log.format"]),
            ("{}", "region: eu", [], ["region"]),
            ("limits: {head_timeout: 10s}", "{}", [], []),
            ("{}", "upstreams: [{host: a.test, address: 'h:1'}]", ["upstreams"], []),
            (
                "upstreams: [{host: a.test, address: 'h:1'}]", "upstreams: [{host: a.test, address: 'h:2'}]",
                ["upstreams"], []
            ),
            ("upstreams: [{host: a.test, address: 'h:1'}]", "{}", ["upstreams"], []),
            ("{}", "tls: {certificates: [{certificate: /c, key: /k}]}", ["tls.certificates"], []),
            ("{}", "listeners: {http: ':81'}", [], ["listeners.http"]),
        ] as [(String, String, [String], [String])]
    )
    func `Each change is live or waits for a restart`(
        before: String,
        after: String,
        live: [String],
        later: [String]
    ) throws {
        let changes = try self.changes(before, after)
        #expect(changes.live == live)
        #expect(changes.later == later)
    }

    @Test func `What waits for a restart is named until it is taken back`() throws {
        #expect(try self.changes("region: eu", "region: eu", startedWith: "{}").later == ["region"])
        #expect(try self.changes("region: eu", "{}", startedWith: "{}").later.isEmpty)
    }

    @Test func `Another database is seen although its address is not shown`() throws {
        let changes = try self.changes("store: 'postgres://a@h/one'", "store: 'postgres://a@h/two'")
        #expect(changes.later == ["store"])
        #expect(try self.changes("store: 'postgres://a@h/one'", "store: 'postgres://a@h/one'").later.isEmpty)
    }

    @Test func `Only one certificate can be the default`() throws {
        let one = "{certificate: /c, key: /k, default: true}"
        #expect(throws: SettingsError.self) { try self.load("tls: {certificates: [\(one), \(one)]}") }
        #expect(try self.load("tls: {certificates: [\(one)]}").configuration.tls.certificates.first?.isDefault == true)
    }
}
