import Expression
import Model
import NIOCore

/// One attempt of a request that a policy makes, with the redirects that it followed.
struct RequestAttempt {
    /// As it was sent last.
    let request: PolicyRequest
    /// Nil where there was none. The body is decoded.
    let answer: PolicyAnswer?
    let failure: Failure?
    /// From its beginning to the answer, or to the failure.
    let time: TimeAmount

    private var milliseconds: String { String(self.time.nanoseconds / 1_000_000) }

    /// As `http_request.attempts[]` has it.
    var summary: Value {
        .record([
            ("resolved_ip", .string(self.answer?.address ?? "")),
            ("response_header", Self.header(self.answer?.fields ?? [])),
            ("response_status_code", .number(self.answer?.status ?? 0)),
            ("response_time_ms", .string(self.milliseconds)),
        ])
    }

    /// As `http_request.req` has it.
    var requestValue: Value {
        .record([
            ("method", .string(self.request.method)), ("header", Self.header(self.request.fields)),
            ("url", .string(self.request.url)), ("body", .string(String(buffer: self.request.body))),
        ])
    }

    /// As `http_request.res` has it; nil where there is no answer.
    var answerValue: Value? { self.answer.map { .record(self.members(of: $0)) } }

    /// As `last_attempt.res` has it: the status under both of its names.
    var lastAnswer: Value {
        let answer = self.answer ?? PolicyAnswer(status: 0)
        return .record(self.members(of: answer) + [("statusCode", .number(answer.status))])
    }

    private func members(of answer: PolicyAnswer) -> [(name: String, value: Value)] {
        [
            ("resolved_ip", .string(answer.address)), ("header", Self.header(answer.fields)),
            ("status_code", .number(answer.status)), ("time_ms", .string(self.milliseconds)),
            ("body", .string(String(buffer: answer.body))),
        ]
    }

    /// Names in small letters, a list of values for each.
    private static func header(_ fields: [PolicyRequest.Field]) -> Value {
        var head = ExchangeHead(.empty)
        for field in fields { head.add(field.name, field.value) }
        return .map(HeaderMap(head))
    }
}
