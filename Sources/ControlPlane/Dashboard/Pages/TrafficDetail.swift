import Control
import Foundation
import JSON
import Model

/// One captured request: why it was answered as it was, both messages, and facts.
enum TrafficDetail {
    private struct View {
        struct FactView {
            let title: String
            let cell: CellView
        }

        let facts: [FactView]
        let explanation: TrafficExplanation
        let draft: String?
        let messages: [MessageView]
        let isFull: Bool
    }

    struct MessageView {
        let title: String
        let identifier: String
        let headers: [TrafficExplanation.ValueView]
        let body: String?
        let size: String
    }

    static func page(_ object: JSONObject, _ request: PageRequest) -> PageView {
        let messages = [
            object["request"]?.object.map { Self.message("Request", "request", $0) },
            object["response"]?.object.map { Self.message("Answer", "response", $0) },
        ].compactMap(\.self)
        let isFull = object["is_full"]?.bool ?? false
        let endpoint = object.text("endpoint_id")
        let view = View(
            facts: Self.facts(object).map { .init(title: $0.0, cell: CellView($0.1)) },
            explanation: TrafficExplanation(object),
            draft: endpoint.isEmpty ? nil : "/endpoints/\(endpoint)/policy",
            messages: messages,
            isFull: isFull
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
                    refusal: isFull ? request.refusalToChange : "Its headers and body were not captured."
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
                .init(name: $0.text("name"), value: $0.text("value"))
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
