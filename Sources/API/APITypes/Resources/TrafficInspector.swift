import Model

extension ResourceShape {
    /// Captured traffic. The reference system has no such resource: paths and members are ours.
    package static let trafficInspector = ResourceShape(
        "traffic_exchange",
        path: "traffic_inspector",
        envelope: "exchanges",
        idPrefix: "req",
        verbs: [.list, .get],
        filters: TrafficFields.facts.map(\.name),
        parameters: TrafficFields.parameters,
        operations: TrafficFields.operations,
        summary: "Requests of visitors as the edge captured them; secrets are masked.",
        fields: TrafficFields.facts + TrafficFields.messages
    )
}

/// The members of bodies of the traffic inspector.
enum TrafficFields {
    /// What lists may be asked for beside a filter.
    static let parameters = [
        "endpoint_id", "endpoint_url", "from", "to", "status", "client_ip", "method", "path", "host", "error_code",
        "full_only", "after_id",
    ]

    static let facts: [Field] = [
        Field("id", .text, "The number of the request, as error pages and upstreams are told it."),
        Field("endpoint_id", .text, "The endpoint that it was for."),
        Field("endpoint_url", .text, "The URL of the endpoint."),
        Field("started_at", .timestamp, "When its head had come."),
        Field("duration_us", .integer, "From there to the end of the answer, in microseconds."),
        Field("method", .text, "The method."),
        Field("scheme", .text, "http or https."),
        Field("host", .text, "The host, with the port where that is spelt out."),
        Field("path", .text, "The path as it came."),
        Field("query", .text, "The query as it came, without ?."),
        Field("user_agent", .text, "What the visitor says that it is."),
        Field("status", .integer, isNullable: true, "Of the answer; null where there was none."),
        Field("error_code", .text, "Of the edge's own answer; empty where it gave none."),
        Field("client_ip", .text, "The address of the visitor."),
        Field("country", .text, "Two letters, by the visitor's address; empty where it is not known."),
        Field("request_bytes", .integer, "How long the body of the request was."),
        Field("response_bytes", .integer, "How long the body of the answer was."),
        Field("answered_by", .text, "upstream, policy, edge or nobody."),
        Field("replay_of", .text, "The request that was sent again; empty where a visitor sent it."),
        Field("is_full", .boolean, "Whether its messages were captured."),
    ]

    static let messages: [Field] = [
        Field("request", .object(Self.message), isNullable: true, "The request; null in lists."),
        Field("response", .object(Self.message), isNullable: true, "The answer; null in lists."),
        Field("policy_log", .list(.object(Self.log)), isNullable: true, "What policies did; null in lists."),
        Field("is_policy_log_cut", .boolean, "Whether there was more of the log."),
    ]

    private static let message: [Field] = [
        Field(
            "headers",
            .list(
                .object([
                    Field("name", .text, "The name as it came."),
                    Field("value", .text, "The value, cut at 1 KiB."),
                    Field("is_cut", .boolean, "Whether it was longer."),
                    Field("is_masked", .boolean, "Whether something of it is hidden."),
                ])
            ),
            "The headers, in order."
        ),
        Field("header_count", .integer, "How many there were."),
        Field("body", .text, "The beginning of the body in base64."),
        Field("body_bytes", .integer, "How long the body was."),
        Field("captured_body_bytes", .integer, "How much of it is here."),
        Field("is_whole", .boolean, "Whether nothing was cut."),
        Field("is_body_masked", .boolean, "Whether something of the body is hidden."),
    ]

    private static let log: [Field] = [
        Field("endpoint_url", .text, "The endpoint whose policy it is."),
        Field("phase", .text, "The phase."),
        Field("rule", .integer, "The rule in the phase, from 0."),
        Field("rule_name", .text, "The rule's name; empty where it has none."),
        Field("event", .text, "matched, unmatched, failed, went or ended."),
        Field("expression", .text, "What decided whether the rule runs."),
        Field(
            "values",
            .list(.object([Field("name", .text, "What was looked at."), Field("value", .text, "What it was.")])),
            "What the expression looked at."
        ),
        Field("action", .integer, isNullable: true, "The action in the rule, from 0; null for its expressions."),
        Field("action_type", .text, "The type of the action."),
    ]

    // MARK: - What can be done

    static let operations: [OperationShape] = [
        OperationShape(
            "settings",
            .get,
            "settings",
            answer: .object(Self.settings, status: 200),
            "What is captured of the account's traffic."
        ),
        OperationShape(
            "update_settings",
            .patch,
            "settings",
            body: Self.settings,
            answer: .object(Self.settings, status: 200),
            "Decides what is captured; for administrators."
        ),
        OperationShape(
            "status",
            .get,
            "status",
            answer: .object(Self.status, status: 200),
            "How the inspector does: what it keeps, and what it has left out."
        ),
        OperationShape(
            "tail",
            .post,
            "tail",
            body: [
                Field(
                    "after_id",
                    .text,
                    create: .optional,
                    "What came after this exchange; nothing for what comes now."
                ),
                Field("filter", .text, create: .optional, "An expression, as lists take it."),
                Field("wait_seconds", .integer, create: .optional, "How long to wait for the first, at most 25."),
            ],
            answer: .object(
                [
                    Field("exchanges", .list(.object(Self.facts + Self.messages)), "The oldest first."),
                    Field("last_id", .text, "After which exchange to go on; empty where there is none yet."),
                ],
                status: 200
            ),
            "Waits for exchanges and gives those that have come."
        ),
        OperationShape(
            "replay",
            .post,
            "{id}/replay",
            body: Self.edits,
            answer: .object(Self.replayed, status: 200),
            "Sends a request again, through the edge and its policies as they are now."
        ),
        OperationShape(
            "rehearse",
            .post,
            "rehearse",
            body: Self.rehearsal,
            answer: .object(Self.report, status: 200),
            "Tells what a draft of a policy would have done otherwise with captured requests."
        ),
        OperationShape(
            "archive",
            .post,
            "archive",
            body: [
                Field("filter", .text, create: .optional, "An expression, as lists take it."),
                Field("id", .text, create: .optional, "One exchange alone."),
                Field("limit", .integer, create: .optional, "How many at most: 1 to 200, 100 where it is left out."),
            ],
            answer: .object([Field("log", .object([]), "The archive.")], status: 200),
            "Gives exchanges as an HTTP Archive (HAR 1.2)."
        ),
        OperationShape(
            "clear",
            .post,
            "clear",
            answer: .empty,
            "Deletes all captured traffic of the account; for administrators."
        ),
    ]

    private static let settings: [Field] = [
        Field("mode", .text, create: .optional, "off, metadata or full."),
        Field("traffic_full_capture", .boolean, "Whether messages are captured: whether the mode is full."),
        Field("full_per_mille", .integer, create: .optional, "Of a thousand requests, so many are captured in full."),
        Field(
            "endpoints",
            .list(
                .object([
                    Field("url", .text, create: .optional, "The URL of an endpoint."),
                    Field("full_per_mille", .integer, create: .optional, "The same for it alone."),
                ])
            ),
            create: .optional,
            "Endpoints of which another part is captured in full."
        ),
        Field(
            "masked_names",
            .list(.text),
            create: .optional,
            "Headers, parameters and cookies to hide beside the usual ones."
        ),
    ]

    private static let status: [Field] = [
        Field("is_enabled", .boolean, "Whether this edge captures traffic."),
        Field("captured", .integer, "Exchanges captured since the edge started, of all accounts."),
        Field("dropped", .integer, "Exchanges left out since then, of all accounts."),
        Field("dropped_over_budget", .integer, "Of these, because there were too many within a second."),
        Field("dropped_queue_full", .integer, "Of these, because they could not be taken in time."),
        Field("dropped_not_stored", .integer, "Of these, because they could not be stored."),
        Field("reduced", .integer, "Captured with less than was asked for, because too much was under way."),
        Field("stored", .integer, "Exchanges of the account that are kept."),
        Field("stored_bytes", .integer, "What they take."),
    ]

    private static let edits: [Field] = [
        Field("method", .text, create: .optional, "Another method."),
        Field("path", .text, create: .optional, "Another path."),
        Field("query", .text, create: .optional, "Another query, without ?."),
        Field(
            "headers",
            .list(
                .object([
                    Field("name", .text, create: .optional, "The name."),
                    Field("value", .text, create: .optional, "The value."),
                ])
            ),
            create: .optional,
            "All headers in the place of the captured ones."
        ),
        Field(
            "set_headers",
            .list(
                .object([
                    Field("name", .text, create: .optional, "The name."),
                    Field("value", .text, create: .optional, "The value."),
                ])
            ),
            create: .optional,
            "Headers in the place of those of the same names, or beside the others."
        ),
        Field("body", .text, create: .optional, "Another body in base64."),
        Field("endpoint_id", .text, create: .optional, "The member of the pool that gets it."),
    ]

    private static let replayed: [Field] = [
        Field("id", .text, "The number of the new request."),
        Field("status", .integer, "Of its answer."),
        Field(
            "headers",
            .list(.object([Field("name", .text, "The name."), Field("value", .text, "The value.")])),
            "Of its answer."
        ),
        Field("body", .text, "The beginning of its body in base64."),
        Field("is_body_cut", .boolean, "Whether it was longer."),
        Field("omitted_headers", .list(.text), "Headers that were left out because their values are masked."),
    ]

    private static let rehearsal: [Field] = [
        Field("traffic_policy", .text, create: .optional, "The draft; empty for no policy."),
        Field("endpoint_url", .text, create: .optional, "The endpoint whose requests are taken."),
        Field("filter", .text, create: .optional, "An expression, as lists take it."),
        Field("limit", .integer, create: .optional, "How many of the newest: 1 to 10000, 1000 where it is left out."),
    ]

    private static let report: [Field] = [
        Field("examined", .integer, "Exchanges that were looked at."),
        Field("unchanged", .integer, "Of these, those that fare as before."),
        Field("changed", .integer, "Of these, those that would not."),
        Field("undecided", .integer, "Of these, those of which nothing can be said."),
        Field(
            "groups",
            .list(
                .object([
                    Field("rule", .text, "The rule that decides."), Field("change", .text, "What is otherwise."),
                    Field("count", .integer, "For how many."),
                    Field("examples", .list(.text), "Some of them, by their numbers."),
                ])
            ),
            "What is otherwise, the most frequent first."
        ),
        Field(
            "undecided_because",
            .list(.object([Field("reason", .text, "Why."), Field("count", .integer, "For how many.")])),
            "Why nothing can be said."
        ),
        Field("duration_ms", .integer, "How long it took."),
    ]
}
