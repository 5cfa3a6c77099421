import Addressing
import Expression
import Model
import TrafficPolicy

/// Hands the exchange to an internal endpoint of the account (`spec/traffic-policy.md` 4.9). Finding and reaching that is
/// the host's part, which says when it cannot (`Exchange.forwardFailed`).
struct ForwardInternalAction: PolicyAction {
    private let url: TemplateProgram
    /// The endpoint, where the URL is the same for all and names its scheme.
    private let fixed: EndpointURL?
    private let continuesOnFailure: Bool

    init(_ configuration: ForwardInternalConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.url = try place.template(configuration.url)
        self.continuesOnFailure = configuration.onError == .continue
        self.fixed = self.url.plainText.flatMap { text in
            text.contains("://") ? ForwardInternalConfiguration.url(text, scheme: .https) : nil
        }
    }

    func run(on exchange: Exchange) -> Verdict {
        do throws(ActionError) {
            let url = if let fixed { fixed } else { try self.url(for: exchange) }
            return .forward(ForwardTarget(url: url, continuesOnFailure: self.continuesOnFailure))
        } catch {
            guard self.continuesOnFailure else { return error.verdict }
            ForwardResults.publish(self.url.plainText ?? "", error.failure, on: exchange)
            exchange.note("forward-internal: \(error.failure.code.name) \(error.failure.detail)")
            return .next
        }
    }

    private func url(for exchange: Exchange) throws(ActionError) -> EndpointURL {
        let text = try exchange.interpolate(self.url)
        guard let url = ForwardInternalConfiguration.url(text, scheme: exchange.endpoint.scheme) else {
            let problem = ForwardInternalConfiguration.problem(inURL: text) ?? "\"\(text)\" needs a port"
            throw ActionError(
                .policyURLBroken,
                "A URL that this endpoint's policy made names no internal endpoint.",
                detail: problem
            )
        }
        return url
    }
}

/// What `forward-internal` leaves behind where it failed and the next action runs.
enum ForwardResults {
    private static let url = ResultSlot(.forwardInternal, "forward_internal.url")
    private static let code = ResultSlot(.forwardInternal, "forward_internal.error.code")
    private static let message = ResultSlot(.forwardInternal, "forward_internal.error.message")

    static func publish(_ url: String, _ failure: Failure, on exchange: Exchange) {
        exchange.publish(
            .forwardInternal,
            [
                (Self.url, .string(url)), (Self.code, .string(failure.code.wireName)),
                (Self.message, .string(failure.message)),
            ]
        )
    }
}
