import Model

extension ResourceShape {
    package static let reservedAddresses = ResourceShape(
        "reserved_addr",
        path: "reserved_addrs",
        idPrefix: "ra",
        filters: ["id", "created_at", "description", "metadata", "addr", "region"],
        event: "tcp_address",
        summary: "TCP addresses of the edge that belong to the account.",
        fields: [
            .id, .uri, .createdAt, .description(), .metadata(),
            Field("addr", .text, "host:port, which the edge chooses."),
            Field("region", .text, create: .optional, "The region of the address; only the edge's own."),
            Field(
                "endpoint_configuration",
                .reference,
                isNullable: true,
                "Always null; older clients ask for it."
            ),
        ]
    )
}
