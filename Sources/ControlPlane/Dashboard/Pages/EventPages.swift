import APITypes
import JSON
import Model

extension ResourcePage {
    static let subscriptions: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Log export", path: "/log-exporting", group: .observe),
        shape: .eventSubscriptions,
        noun: "subscription",
        intro: "Which events are sent where.",
        name: { $0.text("description").isEmpty ? $0.id : $0.text("description") },
        columns: [
            Column("Description") { Cell($0.text("description").isEmpty ? $0.id : $0.text("description")) },
            Column("Events", .tablet) { Cell("\($0["sources"]?.array?.count ?? 0)") },
            Column("Destinations") { Cell("\($0["destinations"]?.array?.count ?? 0)") },
            Column("Created", .desktop, isNumber: true) { $0.time("created_at") },
        ],
        empty: { _ in
            EmptyView(
                "Nothing is exported",
                "Requests, connections and changes of the account are events. Make a destination first, then a subscription that sends events to it.",
                link: .init(text: "Destinations", href: "/event-destinations")
            )
        },
        facts: { object in
            let destinations = (object["destinations"]?.array ?? []).compactMap { $0.object?["id"]?.string }
            return Self.types(object).map { Fact("Event", .code($0)) }
                + destinations.map { Fact("Destination", Cell($0, href: "/event-destinations/\($0)", isCode: true)) }
                + [Fact("Created", object.time("created_at"))]
        },
        fields: [
            .description.with { $0.placeholder = "requests into the log store" },
            FormField("sources", "Events", .list, "A type a line: http_request_complete.v0, ip_policy_created.v0.").with
            {
                $0.standard = "http_request_complete.v0"
            },
            FormField(
                "destination_ids",
                "Destinations",
                .several { (request) throws(Failure) in
                    try await ResourcePage.destinations.objects(request).found.map {
                        FormField.Option($0.id, ResourcePage.destinations.name($0))
                    }
                },
                "Hold Ctrl or Cmd to choose several."
            ),
            .metadata,
        ],
        deletion: .init("Its events are not sent any more."),
        shaped: { body in
            guard let types = body["sources"]?.array else { return body }
            var body = body
            body.set("sources", to: .array(types.map { ["type": $0] }))
            return body
        },
        shown: { field, object in field.name == "sources" ? Self.types(object) : nil }
    )

    static let destinations: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Event destinations", path: "/event-destinations", group: .observe),
        shape: .eventDestinations,
        noun: "destination",
        intro: "Where events are sent.",
        name: { $0.text("description").isEmpty ? $0.id : $0.text("description") },
        columns: [
            Column("Description") { Cell($0.text("description").isEmpty ? $0.id : $0.text("description")) },
            Column("Target") { Cell(Self.target($0)?.key.replacing("_", with: " ") ?? "-") },
            Column("Created", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { _ in
            EmptyView(
                "No destination yet",
                "A destination takes events: the log of the edge, or a URL that they are posted to."
            )
        },
        facts: { [Fact("Target", Cell(Self.target($0)?.key ?? "-")), Fact("Created", $0.time("created_at"))] },
        sections: { (object, request) throws(Failure) in
            guard let target = Self.target(object) else { return .none }
            return request.render("quote", QuoteView(title: "Target", text: target.value.text))
        },
        fields: [
            .description.with { $0.placeholder = "log store" },
            FormField(
                "target",
                "Target",
                .lines(isCode: true),
                "One of the API's targets as JSON. Secrets are shown as [redacted], and kept when sent back so."
            ).with {
                $0.isRequired = true
                $0.standard = #"{"debug": {"log": true, "callback_url": "https://log.example.com/events"}}"#
            },
            .metadata,
        ],
        deletion: .init("A destination cannot be deleted while a subscription sends to it."),
        actions: [
            Action(
                operation: "send_test_event",
                title: "Send a test event",
                text: "An event that says nothing is sent, to see whether it arrives."
            )
        ],
        shaped: { body in
            guard let text = body["target"]?.string, let value = try? JSONValue(reading: Array(text.utf8)) else {
                return body
            }
            var body = body
            body.set("target", to: value)
            return body
        },
        shown: { field, object in
            guard field.name == "target", let target = Self.target(object) else { return nil }
            return [JSONValue.object([target.key: target.value]).lines]
        }
    )

    private static func types(_ object: JSONObject) -> [String] {
        (object["sources"]?.array ?? []).compactMap { $0.object?["type"]?.string }
    }

    /// The one of its target's members that says something.
    private static func target(_ object: JSONObject) -> (key: String, value: JSONValue)? {
        object["target"]?.object?.members.first { !$0.value.isNull }.map { ($0.key, $0.value) }
    }
}
