import Model

extension ResourceShape {
    package static let ipRestrictions = ResourceShape(
        "ip_restriction",
        path: "ip_restrictions",
        idPrefix: "ipx",
        nothingToChange: .restrictionNothingToChange,
        summary: "Which addresses may use a part of the account, by its IP policies.",
        fields: [
            .id, .uri, .createdAt, .description(), .metadata(),
            Field(
                "type",
                .text,
                create: .required(.restrictionType),
                "What is restricted: dashboard, api, agent or endpoints."
            ),
            Field(
                "enforced",
                .boolean,
                create: .optional,
                update: .optional,
                "Whether others are refused; if not, they are warned of."
            ),
            Field(
                "ip_policy_ids",
                .list(.text),
                create: .required(.restrictionPolicyMissing),
                update: .optional,
                isRead: false,
                "The IP policies that say who may; an empty list changes nothing."
            ),
            Field("ip_policies", .list(.reference), "The IP policies that say who may."),
        ]
    )
}
