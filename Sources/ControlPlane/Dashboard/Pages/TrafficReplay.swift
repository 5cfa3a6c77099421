import Control
import Foundation
import JSON
import Model

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
