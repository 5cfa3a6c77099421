import Model

extension ResourceShape {
    package static let personalAccessTokens = ResourceShape(
        "personal_access_token",
        path: "personal_access_tokens",
        envelope: "tokens",
        idPrefix: "pat",
        filters: ["id", "created_at", "description"],
        nothingToChange: .personalTokenNothingToChange,
        operations: [
            OperationShape(
                "revoke",
                .post,
                "{id}/revoke",
                answer: .object([], status: 200),
                "Makes a token good no more, and keeps what is known of it."
            )
        ],
        summary: "Tokens of users, who may do with them what they themselves may.",
        fields: [
            .id, .uri, .description(), .token, .createdAt,
            Field(
                "expires_at",
                .timestamp,
                create: .optional,
                isNullable: true,
                "When it is good no more; null for never."
            ),
            Field("revoked_at", .timestamp, isNullable: true, "When it was revoked; null while it is good."),
        ]
    )
}
