import Testing

@testable import AgentWeb

struct HostRulesTests {
    /// Hosts of the configuration, whether only this machine reaches the service, a host that is asked for.
    @Test(
        arguments: [
            ([], true, "localhost:4040", true), ([], true, "127.0.0.1:4040", true), ([], true, "127.9.9.9", true),
            ([], true, "[::1]:4040", true), ([], true, "LOCALHOST", true), ([], true, "rebound.example:4040", false),
            ([], true, "127.0.0.1.example", false), ([], true, "10.0.0.1", false), ([], true, nil, false),
            ([], true, "user@localhost", false), ([], true, "", false), ([], false, "anything.example", true),
            (["inspect.example"], true, "inspect.example:80", true),
            (["inspect.example"], true, "a.inspect.example", false),
            (["inspect.example"], true, "localhost", false), ([".example.com"], false, "a.b.example.com", true),
            ([".example.com"], false, "example.com", false), ([".example.com"], false, "badexample.com", false),
            (["10.0.0.0/8"], false, "10.1.2.3:4040", true), (["10.0.0.0/8"], false, "11.1.2.3", false),
            (["192.0.2.7"], false, "192.0.2.7", true), (["fd00::/8"], false, "[fd00::1]:80", true),
        ] as [([String], Bool, String?, Bool)]
    )
    func `A name that leads here is not enough`(hosts: [String], isLoopback: Bool, asked: String?, passes: Bool) {
        #expect(HostRules(hosts, isLoopback: isLoopback).allows(asked) == passes)
    }

    @Test(
        arguments: [
            (nil, true), ("http://localhost:4040", true), ("http://127.0.0.1:4040", true),
            ("https://stranger.example", false), ("null", false), ("", false),
            ("http://localhost@stranger.example", false),
        ] as [(String?, Bool)]
    )
    func `Pages of strangers do not pass`(origin: String?, passes: Bool) {
        #expect(HostRules([], isLoopback: true).allows(origin: origin) == passes)
    }
}
