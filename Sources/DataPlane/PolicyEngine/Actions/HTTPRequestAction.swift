import Addressing
import Expression
import Model
import NIOCore
import TrafficPolicy

/// Makes a request of its own; later expressions see the answer (`spec/traffic-policy.md` 4.10).
struct HTTPRequestAction: PolicyAction {
    /// The most that is read of an answer, in bytes, before and after decoding.
    static let answerBytes = 256 << 10
    /// How often a request may come back to a policy that asks again.
    static let maximumHops = 3
    /// Counts how often, for requests that leave the edge; what a visitor writes there can only stop its own request. Of
    /// others the edge knows it by itself: a policy could take the field away.
    static let hopsField = "portico-policy-hops"

    private struct Parameter: Sendable {
        let key: String
        let value: TemplateProgram
    }

    private let url: TemplateProgram
    private let method: String
    private let parameters: [Parameter]
    private let fields: CompiledFields
    private let body: TemplateProgram?
    private let plan: RequestRun.Plan
    private let endsOnFailure: Bool

    init(_ configuration: HTTPRequestConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.url = try place.template(configuration.url)
        self.method = configuration.method.rawValue
        var parameters: [Parameter] = []
        for parameter in configuration.queryParameters {
            parameters.append(Parameter(key: parameter.name, value: try place.template(parameter.value)))
        }
        self.parameters = parameters
        self.fields = try CompiledFields(configuration.headers, place)
        self.body = if let body = configuration.body { try place.template(body) } else { nil }
        let retryCondition =
            if let retry = configuration.retryCondition { try place.retryCondition(retry) } else { nil as Program? }
        self.plan = RequestRun.Plan(
            maxRedirects: configuration.maxRedirects,
            timeout: TimeAmount(configuration.timeout),
            retryCondition: retryCondition
        )
        self.endsOnFailure = configuration.onError == .halt
    }

    func run(on exchange: Exchange) -> Verdict {
        guard let host = exchange.host else { return .next }
        let request: PolicyRequest
        do throws(ActionError) {
            request = try self.request(on: exchange, deadline: host.eventLoop.now + self.plan.timeout)
        } catch {
            let status = error.failure.code == .policyRequestLoop ? 502 : 500
            return self.failed(error.failure, [], status: status, on: exchange)
        }
        guard let requester = exchange.loop.services.requester else {
            let reason = PolicyRequestError.refused("this edge reaches no internal endpoint and no other host")
            return self.failed(reason.failure, [], status: 502, on: exchange)
        }
        let promise = host.eventLoop.makePromise(of: Verdict.self)
        RequestRun(request, self.plan, by: requester, on: exchange, eventLoop: host.eventLoop) { outcome in
            promise.succeed(self.verdict(of: outcome, on: exchange))
        }.start()
        return .later(promise.futureResult)
    }

    private func verdict(of outcome: RequestRun.Outcome, on exchange: Exchange) -> Verdict {
        if let failure = outcome.failure {
            let status = failure.code == .policyRequestTimeout ? 504 : 502
            return self.failed(failure, outcome.attempts, status: status, on: exchange)
        }
        RequestResults.publish(outcome.attempts, nil, on: exchange)
        return .next
    }

    /// Ends the exchange, or goes on with what is known.
    private func failed(
        _ failure: Failure,
        _ attempts: [RequestAttempt],
        status: Int,
        on exchange: Exchange
    ) -> Verdict {
        RequestResults.publish(attempts, failure, on: exchange)
        guard !self.endsOnFailure else { return .fail(failure, status: status) }
        exchange.note("http-request: \(failure.code.name) \(failure.detail)")
        return .next
    }

    private func request(on exchange: Exchange, deadline: NIODeadline) throws(ActionError) -> PolicyRequest {
        var parameters: [(key: String, value: String)] = []
        for parameter in self.parameters {
            parameters.append((parameter.key, try exchange.interpolate(parameter.value)))
        }
        let url = try exchange.interpolate(self.url)
        guard HTTPRequestConfiguration.isURL(url) else {
            throw ActionError(.policyURLBroken, "A URL that this endpoint's policy made is none.", detail: url)
        }
        var fields = try self.fields.evaluate(on: exchange)
        let told = exchange.request.head.first(Self.hopsField).flatMap { Int($0) } ?? 0
        let hops = max(told, exchange.connection.policyHops)
        guard hops < Self.maximumHops else {
            throw ActionError(.policyRequestLoop, "A request of this endpoint's policy came back to it too often.")
        }
        let own = self.ownFields(of: exchange, hops: hops + 1)
        fields.removeAll { field in own.contains { $0.name == field.name } }
        if !fields.contains(where: { $0.name == "user-agent" }) { fields.append(("user-agent", "portico/cloud")) }
        let body = if let body = self.body { try exchange.interpolate(body) } else { "" }
        return PolicyRequest(
            method: self.method,
            url: RequestURL.adding(parameters, to: url),
            fields: fields + own,
            body: ByteBuffer(string: body),
            account: exchange.endpoint.account,
            deadline: deadline,
            answerBytes: Self.answerBytes,
            hops: hops + 1
        )
    }

    /// What tells who asks. Of the visitor's own fields none is passed on.
    private func ownFields(of exchange: Exchange, hops: Int) -> [PolicyRequest.Field] {
        var fields: [PolicyRequest.Field] = [
            ("ngrok-req-type", "http-request"), ("ngrok-req-id", Self.identifier()), (Self.hopsField, "\(hops)"),
        ]
        if let abuse = exchange.loop.services.abuseContact { fields.append(("ngrok-report-abuse", abuse)) }
        if let client = exchange.connection.client { fields.append(("x-forwarded-for", "\(client.ip)")) }
        return fields
    }

    private static func identifier() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return "req_" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What `http-request` leaves behind.
private enum RequestResults {
    static let code = ResultSlot(.httpRequest, "http_request.error.code")
    static let message = ResultSlot(.httpRequest, "http_request.error.message")
    static let attempts = ResultSlot(.httpRequest, "http_request.attempts")
    static let request = ResultSlot(.httpRequest, "http_request.req")
    static let answer = ResultSlot(.httpRequest, "http_request.res")

    static func publish(_ attempts: [RequestAttempt], _ failure: Failure?, on exchange: Exchange) {
        var values: [(slot: ResultSlot, value: Value)] = [(Self.attempts, .list(attempts.map(\.summary)))]
        if let last = attempts.last {
            values.append((Self.request, last.requestValue))
            if let answer = last.answerValue { values.append((Self.answer, answer)) }
        }
        if let failure {
            values.append((Self.code, .string(failure.code.wireName)))
            values.append((Self.message, .string(failure.message)))
        }
        exchange.publish(.httpRequest, values)
    }
}
