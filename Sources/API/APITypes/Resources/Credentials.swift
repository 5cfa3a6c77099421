import Model

extension ResourceShape {
    package static let credentials = ResourceShape(
        "credential",
        path: "credentials",
        idPrefix: "cr",
        filters: ["id", "created_at", "description", "metadata", "owner_id", "acl"],
        nothingToChange: .credentialNothingToChange,
        event: "tunnel_credential",
        summary: "Authtokens, with which agents connect, and what each may bind.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .credentialDescriptionLong),
            .metadata(tooLong: .credentialMetadataLong), .token, .acl, .ownerID, .ownerEmail, .scimUserID,
            .membershipID,
            Field(
                "precomputed_token",
                .text,
                create: .optional,
                isRead: false,
                "Not supported: every token is drawn by the edge."
            ),
        ]
    )
}

extension Field {
    package static let acl = Field(
        "acl",
        .list(.text),
        create: .optional,
        update: .optional,
        "What may be bound, as bind:*.example.com; an empty list allows everything."
    )
}
