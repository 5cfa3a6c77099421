import Testing
import TrafficPolicy

@testable import PolicyEngine

/// Where responses lead visitors whose request went upstream for another host (`spec/traffic-policy.md` 4.1, 4.19).
@Suite struct PublicLocationTests {
    private func location(_ location: String, after actions: String) throws -> String? {
        let exchange = try ExchangeFixture("/a").exchange(actions: actions)
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        return exchange.request.publicLocation(for: location)
    }

    private static let header = "- type: add-headers\n  config: {headers: {host: 'b.example'}}"
    private static let rewrite = "- type: url-rewrite\n  config: {to: 'http://b.example:8080/b'}"

    @Test(arguments: [
        (header, "http://b.example/x?y#z", "https://app.example.com/x?y#z"),
        (header, "HTTPS://B.Example:443/", "https://app.example.com/"),
        (header, "//b.example/x", "//app.example.com/x"),
        (header, "http://b.example", "https://app.example.com"),
        (header, "http://b.example?q", "https://app.example.com?q"),
        (rewrite, "http://b.example:8080/x", "https://app.example.com/x"),
    ])
    func `The host that went upstream is the visitor's again`(actions: String, text: String, public: String) throws {
        #expect(try self.location(text, after: actions) == `public`)
    }

    @Test(arguments: [
        (header, "/x"), (header, "x//b.example/"), (header, "http://c.example/x"),
        (header, "http://b.example.c.example/"),
        (header, "http://b.example:8080/x"), (header, "http://u@b.example/x"), (header, "ftp://b.example/x"),
        (header, ""),
        (rewrite, "http://b.example/x"), ("- type: url-rewrite\n  config: {to: '/x'}", "https://app.example.com/a"),
        ("- type: add-headers\n  config: {headers: {host: 'App.Example.com'}}", "https://app.example.com/a"),
    ])
    func `All else stays as it is`(actions: String, text: String) throws {
        #expect(try self.location(text, after: actions) == nil)
    }
}
