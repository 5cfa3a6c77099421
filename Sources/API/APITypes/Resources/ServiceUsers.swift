import Model

extension ResourceShape {
    package static let serviceUsers = ResourceShape(
        "service_user",
        path: "service_users",
        idPrefix: "service",
        filters: ["id", "created_at"],
        nothingToChange: .serviceUserNothingToChange,
        summary: "Users that are machines: credentials belong to them, and outlive the people who made them.",
        fields: Self.serviceUserFields
    )

    package static let botUsers = ResourceShape(
        "bot_user",
        path: "bot_users",
        idPrefix: "bot",
        filters: nil,
        nothingToChange: .serviceUserNothingToChange,
        event: "service_user",
        summary: "Service users under their older name: the same ones, with other identifiers.",
        fields: Self.serviceUserFields
    )

    private static let serviceUserFields: [Field] = [
        .id, .uri,
        Field(
            "name",
            .text,
            create: .required(.serviceUserNameMissing),
            update: .optional,
            limit: .init(bytes: 255, code: .serviceUserNameLong),
            "The name, which no other service user of the account has."
        ),
        Field("active", .boolean, create: .optional, update: .optional, "Whether its credentials are good."),
        .createdAt,
    ]
}
