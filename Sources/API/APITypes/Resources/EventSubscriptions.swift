import Model

extension ResourceShape {
    package static let eventSubscriptions = ResourceShape(
        "event_subscription",
        path: "event_subscriptions",
        idPrefix: "esb",
        nothingToChange: .subscriptionNothingToChange,
        operations: [
            OperationShape(
                "list_sources",
                .get,
                "{id}/sources",
                answer: .object(
                    [
                        Field("sources", .list(.object(Self.eventSource)), "All of them."),
                        Field("uri", .text, "Where the list is found."),
                    ],
                    status: 200
                ),
                "The sources of a subscription, all at once."
            ),
            OperationShape(
                "create_source",
                .post,
                "{id}/sources",
                body: Self.eventSource,
                answer: .object(Self.eventSource, status: 201),
                "Adds a source to a subscription."
            ),
            OperationShape(
                "get_source",
                .get,
                "{id}/sources/{type}",
                answer: .object(Self.eventSource, status: 200),
                "The source of one type."
            ),
            OperationShape(
                "update_source",
                .patch,
                "{id}/sources/{type}",
                body: Self.eventSource.filter { $0.name == "filter" || $0.name == "fields" },
                answer: .object(Self.eventSource, status: 200),
                "Changes what a source of traffic events sends."
            ),
            OperationShape(
                "delete_source",
                .delete,
                "{id}/sources/{type}",
                answer: .nothing,
                "Removes a source from a subscription."
            ),
        ],
        summary: "Which events are sent to which destinations.",
        fields: [
            .id, .uri, .createdAt, .description(), .metadata(),
            Field(
                "sources",
                .list(.object(Self.eventSource)),
                create: .optional,
                update: .optional,
                "The types of events, each once; an empty list changes nothing."
            ),
            Field(
                "destination_ids",
                .list(.text),
                create: .optional,
                update: .optional,
                isRead: false,
                "The event destinations that they are sent to, at most 20."
            ),
            Field("destinations", .list(.reference), "The event destinations that they are sent to."),
        ]
    )

    private static let eventSource = [
        Field(
            "type",
            .text,
            create: .required(.sourceType),
            update: .required(.sourceType),
            "http_request_complete.v0."
        ),
        // Clients send back what they were shown.
        Field("uri", .text, create: .optional, update: .optional, "Where the source is found; not looked at."),
        Field(
            "filter",
            .text,
            create: .optional,
            update: .optional,
            "For traffic: an expression over ev, the event, that is true of those that are sent; empty for all."
        ),
        Field(
            "fields",
            .list(.text),
            create: .optional,
            update: .optional,
            "For traffic: what the events carry; all fields where none are given."
        ),
    ]
}
