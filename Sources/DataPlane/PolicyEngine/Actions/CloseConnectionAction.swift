/// Closes the visitor's connection without an answer (`spec/traffic-policy.md` 4.5).
struct CloseConnectionAction: PolicyAction {
    func run(on exchange: Exchange) -> Verdict { .close }
}
