import Expression
import TrafficPolicy

/// Takes fields from the head of the request or the response (`spec/traffic-policy.md` 4.2).
struct RemoveHeadersAction: PolicyAction {
    private static let removed = ResultSlot(.removeHeaders, "remove_headers.headers_removed")

    private let names: [String]

    init(_ configuration: RemoveHeadersConfiguration) {
        self.names = configuration.headers
    }

    func run(on exchange: Exchange) -> Verdict {
        var removed: [Value] = []
        for name in self.names where exchange.head.remove(name) { removed.append(.string(name)) }
        exchange.publish(.removeHeaders, [(Self.removed, .list(removed))])
        return .next
    }
}
