import Model

extension ResourceShape {
    package static let vaults = ResourceShape(
        "vault",
        path: "vaults",
        idPrefix: "vault",
        filters: ["id", "created_at", "description", "metadata", "name"],
        nothingToChange: .vaultNothingToChange,
        operations: [
            OperationShape(
                "secrets",
                .get,
                "{id}/secrets",
                answer: .list(of: .vaultSecrets),
                "The secrets of a vault, without their values."
            )
        ],
        summary: "Groups of secrets, by whose names policies refer to them.",
        fields: [
            .id, .uri, .createdAt, .updatedAt,
            Field(
                "name",
                .text,
                create: .required(.vaultNameMissing),
                update: .optional,
                limit: .init(bytes: 255, code: .vaultNameLong),
                "The name, which no other vault of the account has: letters, digits, _, /, . and -."
            ),
            .description(), .metadata(),
            Field("created_by", .text, "The identifier of the user or service user who made it."),
            Field("last_updated_by", .text, "The identifier of the user or service user who changed it last."),
        ]
    )

    package static let vaultSecrets = ResourceShape(
        "vault_secret",
        path: "vault_secrets",
        envelope: "secrets",
        idPrefix: "secret",
        filters: ["id", "created_at", "description", "metadata", "name"],
        nothingToChange: .secretNothingToChange,
        event: "secret",
        summary: "Values that policies read by the names of vault and secret, and nobody sees again.",
        fields: [
            .id, .uri, .createdAt, .updatedAt,
            Field(
                "name",
                .text,
                create: .required(.secretNameMissing),
                update: .optional,
                limit: .init(bytes: 255, code: .secretNameLong),
                "The name, which no other secret of the vault has: letters, digits, _, /, . and -."
            ),
            Field(
                "value",
                .text,
                create: .required(.secretValueMissing),
                update: .optional,
                isRead: false,
                limit: .init(bytes: 65_536, code: .secretValueLong),
                "The value, at most 65536 bytes. It is not shown again."
            ),
            .description(), .metadata(),
            Field("vault_id", .text, create: .optional, isRead: false, "The vault that it belongs to."),
            Field("vault_name", .text, create: .optional, "The vault that it belongs to, by its name."),
            Field("vault", .reference, "The vault that it belongs to."),
            Field("created_by", .reference, "The user or service user who made it."),
            Field("last_updated_by", .reference, "The user or service user who changed it last."),
        ]
    )
}
