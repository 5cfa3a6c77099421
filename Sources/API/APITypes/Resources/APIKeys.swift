import Model

extension ResourceShape {
    package static let apiKeys = ResourceShape(
        "api_key",
        path: "api_keys",
        envelope: "keys",
        idPrefix: "ak",
        filters: ["id", "created_at", "description", "metadata", "owner_id"],
        nothingToChange: .credentialNothingToChange,
        summary: "Keys of this API. They belong to a user or a service user and act in its name.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .credentialDescriptionLong),
            .metadata(tooLong: .credentialMetadataLong), .token, .ownerID, .ownerEmail, .scimUserID, .membershipID,
        ]
    )
}

// MARK: - Whose a credential is

extension Field {
    package static let ownerID = Field(
        "owner_id",
        .text,
        create: .optional,
        isNullable: true,
        "The user or service user that it belongs to; whoever makes it, unless an administrator says otherwise."
    )
    package static let ownerEmail = Field(
        "owner_email",
        .text,
        create: .optional,
        isRead: false,
        "The owner by e-mail address, in place of owner_id."
    )
    package static let scimUserID = Field(
        "scim_user_id",
        .text,
        create: .optional,
        isRead: false,
        "Not supported: this edge has no SCIM users."
    )
    package static let membershipID = Field(
        "membership_id",
        .text,
        create: .optional,
        isRead: false,
        "Not supported: name the owner by owner_id."
    )
}
