import AgentProtocol
import JSON

/// An endpoint as the session remembers it, to bind it again under the same URL.
struct EndpointRecord: Sendable {
    let id: Endpoint.ID
    let target: StreamTarget
    let options: EndpointOptions
    /// What is asked of the edge: at first the wish, later what the edge answered, so that nothing is lost by a
    /// reconnect (`spec/agent-protocol.md` 13.3).
    private(set) var bind: AgentMessage.Bind
    /// Empty before the first answer.
    private(set) var url = ""
    /// Why the edge refused it after a reconnect; nil when it serves.
    var trouble: PorticoError?
    /// Why no data flows to it, as the edge saw last; nil where it does, and where the edge says nothing of it.
    var stall: PorticoError?

    init(_ id: Endpoint.ID, options: EndpointOptions, to target: StreamTarget) throws(PorticoError) {
        self.id = id
        self.target = target
        self.options = options
        let (scheme, url) = try options.wish()
        var bind = AgentMessage.Bind()
        bind.proto = scheme.rawValue
        bind.forwardsTo = target.forwardsTo
        bind.forwardsProto = scheme.isHTTP ? options.upstreamProtocol.rawValue : ""
        bind.name = options.name
        bind.description = options.description
        bind.metadata = options.metadata
        bind.isPooled = options.isPooled
        bind.bindings = options.binding.map { [$0.rawValue] } ?? []
        var wishes: JSONObject = [
            "URL": .string(url), "ProxyProto": .integer(Int64(options.proxyProtocol?.rawValue ?? 0)),
        ]
        if let subdomain = options.subdomain { wishes.set("Subdomain", to: .string(subdomain)) }
        if let policy = options.trafficPolicy { wishes.set("TrafficPolicy", to: .string(policy)) }
        if let termination = options.tlsTermination {
            wishes.set("MutualTLSAtAgent", to: .bool(!termination.visitorAuthorities.isEmpty))
        }
        bind.options = AgentMessage.BindOptions(wishes)
        self.bind = bind
    }

    /// Names the endpoint on the wire; nil before the first answer.
    var bindID: String? { self.bind.id.isEmpty ? nil : self.bind.id }

    mutating func bound(_ answer: AgentMessage.BindAnswer) {
        // The id of the first answer holds for good.
        if self.bind.id.isEmpty { self.bind.id = answer.id }
        if !answer.token.isEmpty { self.bind.token = answer.token }
        self.bind.options = answer.options
        self.url = answer.url
        self.trouble = nil
    }
}
