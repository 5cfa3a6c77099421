import Addressing
import Model
import Portico
import Testing

@testable import Operator

@Suite struct EndpointPlanTests {
    private func wish(_ url: String, _ upstream: String = "http://10.0.0.1:80", metadata: String = "") -> AgentWish {
        AgentWish(url: url, upstream: upstream, options: EndpointOptions(url: url, metadata: metadata))
    }

    private func endpoint(_ url: String, upstream: DesiredUpstream?) throws -> DesiredEndpoint {
        DesiredEndpoint(
            name: "web",
            namespace: "shop",
            url: try EndpointURL(parsing: url),
            binding: .public,
            upstream: upstream,
            policy: upstream == nil ? #"{"on_http_request":[]}"# : nil,
            isPooling: nil,
            description: "d",
            metadata: ["b": "1", "a": "2"],
            certificates: [],
            owners: [OwnerID("Ingress/shop/web")]
        )
    }

    @Test func `What is missing is opened, what is too much is closed, what is the same stays`() {
        let plan = AgentPlan(
            from: [self.wish("https://a"), self.wish("https://b")],
            to: [self.wish("https://b"), self.wish("https://c")]
        )
        #expect(plan.open == [self.wish("https://c")])
        #expect(plan.close == [self.wish("https://a")])
    }

    @Test func `A change opens the new one and closes the old one`() {
        let (old, new) = (self.wish("https://a"), self.wish("https://a", metadata: "m"))
        let plan = AgentPlan(from: [old], to: [new])
        #expect(plan.open == [new])
        #expect(plan.close == [old])
    }

    @Test func `An endpoint is one for each address, a name where there is none, and nothing without an upstream`()
        throws
    {
        var upstream = DesiredUpstream(scheme: .http, host: "web.shop", port: 80)
        #expect(
            try self.endpoint("https://a.example", upstream: upstream).agentWishes().map(\.upstream) == [
                "http://web.shop:80"
            ]
        )
        upstream.addresses = []
        #expect(
            try self.endpoint("https://a.example", upstream: upstream).agentWishes().map(\.upstream) == [
                "http://web.shop:80"
            ]
        )
        upstream.addresses = ["10.0.0.1:8080", "[fd00::2]:8080"]
        let wishes = try self.endpoint("https://a.example", upstream: upstream).agentWishes()
        #expect(wishes.map(\.upstream) == ["http://10.0.0.1:8080", "http://[fd00::2]:8080"])
        #expect(wishes.allSatisfy { $0.options.isPooled && $0.options.metadata == #"{"a":"2","b":"1"}"# })
        #expect(try self.endpoint("https://a.example", upstream: nil).agentWishes().isEmpty)
    }

    @Test func `Cloud endpoints are made, changed and deleted by what they are now`() throws {
        let mark = OperatorMark(namespaceUID: "u", release: "r")
        let wish = try #require(try self.endpoint("https://a.example", upstream: nil).cloudWish(mark))
        #expect(mark.stands(in: wish.metadata))
        #expect(!OperatorMark(namespaceUID: "u2", release: "r").stands(in: wish.metadata))
        #expect(!mark.stands(in: "not JSON"))
        let found = CloudRecord(id: "ep_1", wish: wish)
        #expect(CloudPlan(from: [:], to: [wish.url: wish]).steps == [.create(wish)])
        #expect(CloudPlan(from: [wish.url: found], to: [wish.url: wish]).steps.isEmpty)
        #expect(CloudPlan(from: [wish.url: found], to: [:]).steps == [.delete(id: "ep_1", url: wish.url)])
        #expect(CloudPlan(from: [wish.url: found], to: [:], keeping: [wish.url]).steps.isEmpty)
        var changed = try self.endpoint("https://a.example", upstream: nil)
        changed.description = "another"
        let other = try #require(changed.cloudWish(mark))
        #expect(CloudPlan(from: [wish.url: found], to: [wish.url: other]).steps == [.update(id: "ep_1", other)])
    }

    @Test func `An endpoint with an upstream is the agent's, not the cloud's`() throws {
        let upstream = DesiredUpstream(scheme: .http, host: "web.shop", port: 80)
        let endpoint = try self.endpoint("https://a.example", upstream: upstream)
        #expect(endpoint.cloudWish(OperatorMark(namespaceUID: "u", release: "r")) == nil)
    }
}
