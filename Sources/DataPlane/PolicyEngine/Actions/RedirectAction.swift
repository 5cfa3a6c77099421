import Expression
import TrafficPolicy

/// Sends the visitor to another URL (`spec/traffic-policy.md` 4.18).
struct RedirectAction: PolicyAction {
    private static let matches = ResultSlot(.redirect, "redirect.matches")
    private static let url = ResultSlot(.redirect, "redirect.url")

    private let replacement: URLReplacement
    private let fields: CompiledFields
    private let status: Int

    init(_ configuration: RedirectConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.replacement = try URLReplacement(from: configuration.from, to: configuration.to, place)
        self.fields = try CompiledFields(configuration.headers, place)
        self.status = configuration.status.rawValue
    }

    func run(on exchange: Exchange) -> Verdict {
        do throws(ActionError) {
            let result = try self.replacement.apply(on: exchange)
            let fields = try self.fields.evaluate(on: exchange).filter { !FramingFields.names.contains($0.name) }
            guard let result else {
                exchange.publish(.redirect, [])
                return .next
            }
            let target = exchange.request.target
            // A reference takes parts of the current URL, which may have what a URL may not.
            let url = URLCharacters.encoded(Array(URLReference(result.url).resolved(against: target).utf8))
            exchange.publish(
                .redirect,
                [(Self.matches, .list(result.matches.map(Value.string))), (Self.url, .string(url))]
            )
            guard !url.hasSameBytes(as: target.url) else { return .next }
            return .respond(PolicyResponse(status: self.status, fields: [("location", url)] + fields))
        } catch {
            return error.verdict
        }
    }
}
