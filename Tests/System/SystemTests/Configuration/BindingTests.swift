import EdgeTestSupport
import JSON
import Portico
import Testing

/// From where agents' endpoints are reached, as the agent asked for it and the API shows it.
@Suite(.timeLimit(.minutes(2))) struct BindingTests {
    @Test(
        arguments: [
            (.http, "http://app.edge.test", nil, "public"), (.http, "http://app.edge.test", .public, "public"),
            (.http, "http://app.internal", nil, "internal"), (.tcp, "tcp://db.internal:5432", .internal, "internal"),
            (.http, "http://web.shop:8080", .kubernetes, "kubernetes"),
        ] as [(Scheme, String, EndpointOptions.Binding?, String)]
    )
    func `An endpoint has the binding that its agent asked for`(
        scheme: Scheme,
        url: String,
        binding: EndpointOptions.Binding?,
        shown: String
    ) async throws {
        try await TestEdge.with { edge in
            try await edge.withAPI { api in
                let agent = try await edge.connectAgent()
                let endpoint = try await agent.forward(
                    to: "1",
                    options: EndpointOptions(scheme: scheme, url: url, binding: binding)
                )
                #expect(endpoint.url == url)
                for name in ["public", "internal", "kubernetes"] {
                    let list = try await api.call("GET", "/endpoints?filter=obj.binding%20==%20%22\(name)%22")
                    #expect(list.object["endpoints"]?.array?.count == (name == shown ? 1 : 0), "\(list)")
                }
                await agent.close()
            }
        }
    }

    @Test(
        arguments: [
            (.https, "https://app.edge.test", .internal, 9029), (.https, nil, .internal, 9028),
            (.https, "https://app.internal", .public, 9029), (.https, "https://web.shop", .kubernetes, 9041),
            (.http, nil, .kubernetes, 9039),
        ] as [(Scheme, String?, EndpointOptions.Binding, Int)]
    )
    func `A binding that does not go with the URL is refused with its code`(
        scheme: Scheme,
        url: String?,
        binding: EndpointOptions.Binding,
        code: Int
    ) async throws {
        try await TestEdge.with { edge in
            let agent = try await edge.connectAgent(maximumLegs: 1)
            let error = await #expect(throws: PorticoError.self) {
                try await agent.forward(to: "1", options: EndpointOptions(scheme: scheme, url: url, binding: binding))
            }
            #expect(error?.code == "ERR_NGROK_\(code)")
            await agent.close()
        }
    }

    @Test func `What the public cannot reach, it does not`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                for (url, binding) in [("http://app.internal", nil), ("http://web.shop", .kubernetes)]
                    as [(String, EndpointOptions.Binding?)]
                {
                    let options = EndpointOptions(scheme: .http, url: url, binding: binding)
                    _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    let visitor = try await edge.visit()
                    try await visitor.write(request("GET /", host: String(url.dropFirst("http://".count))))
                    let head = try await visitor.read(until: "\r\n\r\n")
                    #expect(head.hasPrefix("HTTP/1.1 404 "))
                    await visitor.close()
                }
                await agent.close()
            }
        }
    }
}
