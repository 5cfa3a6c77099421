import TrafficPolicy

/// Refuses the request with a status and nothing else, or closes the connection (`spec/traffic-policy.md` 4.8).
struct DenyAction: PolicyAction {
    let status: Int

    init(_ configuration: DenyConfiguration) {
        self.status = configuration.status
    }

    func run(on exchange: Exchange) -> Verdict {
        exchange.phase == .tcpConnect ? .close : .respond(PolicyResponse(status: self.status))
    }
}
