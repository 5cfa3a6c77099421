import Control
import Foundation
import JSON
import Model

/// One captured request: facts, what policies did with it, and both messages.
enum TrafficDetail {
    private struct View {
        struct FactView {
            let title: String
            let cell: CellView
        }

        let facts: [FactView]
        let steps: [StepView]
        let hasSteps: Bool
        let messages: [MessageView]
        let isFull: Bool
    }

    struct StepView {
        let look: String
        let word: String
        let title: String
        let expression: String?
        let values: [ValueView]
        let action: String?
    }

    struct ValueView {
        let name: String
        let value: String
    }

    struct MessageView {
        let title: String
        let identifier: String
        let headers: [ValueView]
        let body: String?
        let size: String
    }

    static func page(_ object: JSONObject, _ request: PageRequest) -> PageView {
        let steps = (object["policy_log"]?.array ?? []).compactMap { $0.object.map(Self.step) }
        let messages = [
            object["request"]?.object.map { Self.message("Request", "request", $0) },
            object["response"]?.object.map { Self.message("Response", "response", $0) },
        ].compactMap(\.self)
        let view = View(
            facts: Self.facts(object).map { .init(title: $0.0, cell: CellView($0.1)) },
            steps: steps,
            hasSteps: !steps.isEmpty,
            messages: messages,
            isFull: object["is_full"]?.bool ?? false
        )
        return PageView(
            title: "\(object.text("method")) \(object.text("path"))",
            fact: object.text("endpoint_url"),
            crumbs: [.init(text: "Traffic inspector", href: "/traffic-inspector")],
            actions: [
                ActionView(
                    text: "Replay",
                    href: "/traffic-inspector/\(object.id)/replay",
                    isMain: true,
                    refusal: request.refusalToChange
                )
            ],
            body: request.render("traffic-detail", view)
        )
    }

    private static func facts(_ object: JSONObject) -> [(String, Cell)] {
        let endpoint = object.text("endpoint_id")
        return [
            ("Status", TrafficWords.status(object)),
            ("Answered by", .text(object["answered_by"])),
            ("Error", object.text("error_code").isEmpty ? .none : .code(object.text("error_code"))),
            ("Endpoint", Cell(object.text("endpoint_url"), href: endpoint.isEmpty ? nil : "/endpoints/\(endpoint)")),
            ("Query", object.text("query").isEmpty ? .none : .code(object.text("query"))),
            ("Visitor", .code(object.text("client_ip"))),
            ("Country", .text(object["country"])),
            ("User agent", .text(object["user_agent"])),
            ("Took", Cell(TrafficWords.duration(object))),
            ("Began", object.time("started_at")),
            (
                "Bytes in, out",
                Cell("\(Self.number(object, "request_bytes")), \(Self.number(object, "response_bytes"))")
            ),
            (
                "Replay of",
                object.text("replay_of").isEmpty
                    ? .none
                    : Cell(
                        object.text("replay_of"),
                        href: "/traffic-inspector/\(object.text("replay_of"))",
                        isCode: true
                    )
            ),
            ("Identifier", .code(object.id, mayCopy: true)),
        ]
    }

    private static func number(_ object: JSONObject, _ name: String) -> String {
        NumberText.grouped(Int(object[name]?.integer ?? 0))
    }

    private static func step(_ object: JSONObject) -> StepView {
        let (look, word) =
            switch object.text("event") {
            case "matched": ("ok", "Matched")
            case "unmatched": ("idle", "Did not match")
            case "failed": ("bad", "Failed")
            case "ended": ("warn", "Ended it")
            default: ("ok", "Ran")
            }
        let rule = Int(object["rule"]?.integer ?? 0) + 1
        let name = object.text("rule_name")
        return StepView(
            look: look,
            word: word,
            title: "\(object.text("phase")), \(name.isEmpty ? "rule \(rule)" : name)",
            expression: object.text("expression").isEmpty ? nil : object.text("expression"),
            values: (object["values"]?.array ?? []).compactMap(\.object).map {
                ValueView(name: $0.text("name"), value: $0.text("value"))
            },
            action: object.text("action_type").isEmpty ? nil : object.text("action_type")
        )
    }

    private static func message(_ title: String, _ identifier: String, _ object: JSONObject) -> MessageView {
        let bytes = Data(base64Encoded: object.text("body")) ?? Data()
        let isText = String(validating: bytes, as: UTF8.self) != nil
        let whole = Int(object["body_bytes"]?.integer ?? 0)
        let body =
            bytes.isEmpty
            ? nil
            : isText ? String(decoding: bytes, as: UTF8.self) : "Not text: \(NumberText.grouped(bytes.count)) bytes."
        let isCut = object["is_whole"]?.bool == false && bytes.count < whole
        return MessageView(
            title: title,
            identifier: identifier,
            headers: (object["headers"]?.array ?? []).compactMap(\.object).map {
                ValueView(name: $0.text("name"), value: $0.text("value"))
            },
            body: body,
            size: whole == 0
                ? "No body"
                : isCut
                    ? "The first \(NumberText.grouped(bytes.count)) of \(NumberText.grouped(whole)) bytes"
                    : "\(NumberText.grouped(whole)) bytes"
        )
    }
}

/// Sending a captured request again, as it was or changed.
enum TrafficReplay {
    static func form(_ object: JSONObject, _ request: PageRequest, _ failure: Failure?) async throws(Failure)
        -> PageView
    {
        let message = object["request"]?.object
        let headers = (message?["headers"]?.array ?? []).compactMap(\.object).map {
            "\($0.text("name")): \($0.text("value"))"
        }
        let body = Data(base64Encoded: message?.text("body") ?? "").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let given = request.form
        let target =
            object.text("query").isEmpty ? object.text("path") : "\(object.text("path"))?\(object.text("query"))"
        let fields = [
            try await FieldView(
                FormField("method", "Method"),
                [given["method"] ?? object.text("method")],
                error: nil,
                request
            ),
            try await FieldView(
                FormField("target", "Path and query"),
                [given["target"] ?? target],
                error: nil,
                request
            ),
            try await FieldView(
                FormField(
                    "headers",
                    "Headers",
                    .lines(isCode: true),
                    "One a line. Those whose values are masked are left out unless you write them."
                ),
                [given["headers"] ?? headers.joined(separator: "\n")],
                error: nil,
                request
            ),
            try await FieldView(
                FormField("body", "Body", .lines(isCode: true)),
                [given["body"] ?? body],
                error: nil,
                request
            ),
        ]
        let path = "/traffic-inspector/\(object.id)"
        let view = FormView(
            action: "\(path)/replay",
            formToken: request.visit.formToken,
            fields: fields,
            button: "Send it again",
            back: path,
            problem: failure.map(ProblemView.init),
            note: "It goes through the edge and its policies as they are now, to an agent that is online."
        )
        return PageView(
            title: "Replay",
            crumbs: [
                .init(text: "Traffic inspector", href: "/traffic-inspector"),
                .init(text: "\(object.text("method")) \(object.text("path"))", href: path),
            ],
            body: request.render("form", view),
            status: failure?.code.httpStatus ?? 200
        )
    }

    static func send(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        try request.mayChange()
        let id = request.captured("id")
        let object = try await TrafficPage.resource(request).get(id, by: request.caller)
        do throws(Failure) {
            let answer = try await TrafficPage.perform("replay", Self.edits(request.form, object), id: id, request)
            return .page(Self.result(answer ?? JSONObject(), object, request))
        } catch {
            guard error.code.httpStatus < 500 else { throw error }
            return .page(try await Self.form(object, request, error))
        }
    }

    /// What was changed, and no more.
    private static func edits(_ form: FormFields, _ object: JSONObject) -> JSONObject {
        var edits = JSONObject()
        if form.text("method") != object.text("method") { edits.append("method", .string(form.text("method"))) }
        let sides = form.text("target").split(separator: "?", maxSplits: 1).map(String.init)
        if let path = sides.first, path != object.text("path") { edits.append("path", .string(path)) }
        let query = sides.count > 1 ? sides[1] : ""
        if query != object.text("query") { edits.append("query", .string(query)) }
        let message = object["request"]?.object
        let old = (message?["headers"]?.array ?? []).compactMap(\.object).map {
            "\($0.text("name")): \($0.text("value"))"
        }
        let new = (form["headers"] ?? "").split(whereSeparator: \.isNewline).map(String.init).filter { !$0.isEmpty }
        if new != old {
            let headers = new.map { line -> JSONValue in
                let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
                    String($0).trimmed
                }
                return ["name": .string(sides[0]), "value": .string(sides.count > 1 ? sides[1] : "")]
            }
            edits.append("headers", .array(headers))
        }
        let body = Data((form["body"] ?? "").utf8)
        if body != Data(base64Encoded: message?.text("body") ?? "") {
            edits.append("body", .string(body.base64EncodedString()))
        }
        return edits
    }

    private struct ResultView {
        let status: CellView
        let body: String?
        let omitted: String?
        let href: String
        let back: String
    }

    private static func result(_ answer: JSONObject, _ object: JSONObject, _ request: PageRequest) -> PageView {
        let body = Data(base64Encoded: answer.text("body")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let omitted = answer.texts("omitted_headers").joined(separator: ", ")
        let view = ResultView(
            status: CellView(TrafficWords.status(answer)),
            body: body.isEmpty ? nil : body,
            omitted: omitted.isEmpty ? nil : omitted,
            href: "/traffic-inspector/\(answer.id)",
            back: "/traffic-inspector/\(object.id)"
        )
        return PageView(
            title: "Sent again",
            crumbs: [
                .init(text: "Traffic inspector", href: "/traffic-inspector"),
                .init(text: "\(object.text("method")) \(object.text("path"))", href: view.back),
            ],
            body: request.render("traffic-replayed", view)
        )
    }
}
