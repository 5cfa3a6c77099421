import Model

extension ResourceShape {
    package static let ipPolicies = ResourceShape(
        "ip_policy",
        path: "ip_policies",
        idPrefix: "ipp",
        nothingToChange: .ipPolicyNothingToChange,
        summary: "Lists of address ranges that traffic policies and restrictions refer to.",
        fields: [
            .id, .uri, .createdAt, .description(), .metadata(),
            Field("action", .text, create: .optional, update: .optional, isRead: false, "Not supported any more."),
        ]
    )

    package static let ipPolicyRules = ResourceShape(
        "ip_policy_rule",
        path: "ip_policy_rules",
        idPrefix: "ipr",
        filters: ["id", "created_at", "description", "metadata", "ip_policy.id", "cidr", "action"],
        nothingToChange: .ipRuleNothingToChange,
        summary: "Address ranges of IP policies. A deny that matches wins, else any allow permits, else it is denied.",
        fields: [
            .id, .uri, .createdAt, .description(), .metadata(),
            Field(
                "cidr",
                .text,
                create: .required(.ipRuleRange),
                update: .optional,
                "The range with its length, beginning at its lowest address."
            ),
            Field(
                "ip_policy_id",
                .text,
                create: .required(.ipRulePolicyMissing),
                isRead: false,
                "The IP policy that it belongs to."
            ),
            Field("ip_policy", .reference, "The IP policy that it belongs to."),
            Field("action", .text, create: .required(.ipRuleAction), "allow or deny."),
        ]
    )
}
