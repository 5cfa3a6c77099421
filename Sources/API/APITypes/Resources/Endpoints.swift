import Model

extension ResourceShape {
    package static let endpoints = ResourceShape(
        "endpoint",
        path: "endpoints",
        idPrefix: "ep",
        filters: [
            "id", "created_at", "description", "metadata", "principal.id", "type", "binding", "bindings", "url",
            "pooling_enabled", "scheme", "region", "name",
        ],
        parameters: ["id", "url", "type", "binding", "pooling_enabled"],
        nothingToChange: .endpointNothingToChange,
        summary: "What is served: endpoints of agents that are online, and cloud endpoints, which are made here.",
        fields: [
            .id, .uri, .createdAt, .updatedAt, .description(tooLong: .endpointDescriptionLong),
            .metadata(tooLong: .endpointMetadataLong),
            Field(
                "url",
                .text,
                create: .required(.endpointFieldMissing),
                update: .optional,
                "Scheme, host and port, the scheme's own left out. The scheme does not change."
            ),
            Field("public_url", .text, "The older name of url."),
            Field("type", .text, create: .optional, "cloud, or ephemeral for an endpoint of an agent."),
            Field(
                "traffic_policy",
                .text,
                create: .required(.cloudPolicyMissing),
                update: .optional,
                "The policy document, as it was given. That of a cloud endpoint must handle all traffic."
            ),
            Field(
                "bindings",
                .list(.text),
                create: .optional,
                update: .optional,
                "Who reaches it: one of public, internal and kubernetes."
            ),
            Field(
                "pooling_enabled",
                .boolean,
                create: .optional,
                update: .optional,
                "Whether it shares its URL with others that say so too."
            ),
            Field("proto", .text, "http, https, tcp or tls."),
            Field("scheme", .text, "The same as proto."),
            Field("hostport", .text, "Host and port."),
            Field("host", .text, "The host name, or a wildcard."),
            Field("port", .integer, "The port."),
            Field("region", .text, "Where its agent is connected; empty for a cloud endpoint."),
            Field("name", .text, "What its agent calls it; empty for a cloud endpoint."),
            Field("upstream_url", .text, "Where its agent forwards to; empty for a cloud endpoint."),
            Field("upstream_protocol", .text, "http1 or http2, of an agent's http or https endpoint."),
            Field("domain", .reference, isNullable: true, "The reserved domain that its host belongs to."),
            Field("tcp_addr", .reference, isNullable: true, "The reserved TCP address that it has."),
            Field("tunnel", .reference, isNullable: true, "An agent's endpoint under its older name."),
            Field("edge", .reference, isNullable: true, "Always null."),
            Field("principal", .reference, isNullable: true, "The user or service user who started it."),
            Field("tunnel_session", .reference, isNullable: true, "The session of its agent."),
        ]
    )
}
