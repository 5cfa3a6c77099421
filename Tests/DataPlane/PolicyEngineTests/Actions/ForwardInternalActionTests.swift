import Model
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// What `forward-internal` decides; reaching the target is the host's part.
@Suite struct ForwardInternalActionTests {
    private func action(_ config: String) -> String { "- {type: forward-internal, config: {\(config)}}" }

    @Test(arguments: [
        ("https://a.internal", "https://a.internal"), ("https://A.internal:443", "https://a.internal"),
        ("http://a.internal:8080", "http://a.internal:8080"), ("a.internal", "https://a.internal"),
        ("https://${req.host.split('.')[0]}.internal", "https://app.internal"),
        ("${req.host.split('.')[0]}.internal:81", "https://app.internal:81"),
        ("http://a.${conn.client_ip == '' ? 'x' : 'y'}.internal", "http://a.y.internal"),
    ])
    func `The URL is the target's, a host alone taking the endpoint's scheme`(text: String, url: String) throws {
        let exchange = try ExchangeFixture().exchange(actions: self.action("url: \"\(text)\""))
        #expect(exchange.run(.httpRequest)?.brief == "forward \(url)")
    }

    @Test(arguments: [
        ("https://${req.host}", 2247), ("https://x.internal/${req.method}", 2247), ("${req.url.path}", 2247),
        ("tcp://${req.method.lowerAscii()}.internal", 2247), ("https://${req.headers['none'][0]}.internal", 2238),
    ])
    func `A URL that comes to none is a failure, which on_error says what to do about`(text: String, code: Int) throws {
        let halting = try ExchangeFixture().exchange(actions: self.action("url: \"\(text)\""))
        #expect(halting.run(.httpRequest)?.brief == "fail \(code) 500")
        let going = try ExchangeFixture().exchange(
            actions: self.action("url: \"\(text)\", on_error: continue") + "\n- {type: deny}"
        )
        #expect(going.run(.httpRequest)?.brief == "respond 403")
        #expect(try going.read("actions.ngrok.forward_internal.error.code") == "ERR_NGROK_\(code)")
    }

    @Test func `Results of a forward that failed are there for the next action alone`() throws {
        let exchange = try ExchangeFixture().exchange(
            actions: self.action("url: 'https://a.internal', on_error: continue") + "\n- {type: deny}"
        )
        guard case .forward(let target)? = exchange.run(.httpRequest) else {
            Issue.record("it did not forward")
            return
        }
        #expect(target.continuesOnFailure)
        #expect(try exchange.read("actions.ngrok.forward_internal.url") == "")
        let outcome = exchange.forwardFailed(Failure(.endpointOffline, "It is offline."), of: target)
        #expect(outcome?.brief == "respond 403")
        #expect(try exchange.read("actions.ngrok.forward_internal.url") == "https://a.internal")
        #expect(try exchange.read("actions.ngrok.forward_internal.error.message") == "It is offline.")
    }
}
