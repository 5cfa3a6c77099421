import Expression
import TrafficPolicy

/// Adds fields to the head of the request or the response (`spec/traffic-policy.md` 4.1).
struct AddHeadersAction: PolicyAction {
    private static let added = ResultSlot(.addHeaders, "add_headers.headers_added")

    private let fields: CompiledFields

    init(_ configuration: AddHeadersConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.fields = try CompiledFields(configuration.headers, place)
    }

    /// What it adds, where that is always the same.
    var constantLines: [(name: String, value: String)]? { self.fields.constants }

    func run(on exchange: Exchange) -> Verdict {
        let lines: [(name: String, value: String)]
        do throws(ActionError) {
            lines = try self.fields.evaluate(on: exchange)
        } catch {
            return error.verdict
        }
        for line in lines {
            // A message has one host.
            if line.name == "host" {
                exchange.head.set(line.name, line.value)
            } else {
                exchange.head.add(line.name, line.value)
            }
        }
        exchange.publish(.addHeaders, [(Self.added, .record(lines.map { ($0.name, .string($0.value)) }))])
        return .next
    }
}
