extension ErrorCode {
    /// What is wrong with an IP policy or its rules (`spec/api.md` 3.6).
    static let apiAccess: [ErrorCode] = [
        .ipPolicyNothingToChange, .ipRuleNothingToChange, .ipRuleRange, .ipRuleRepeated, .ipRuleHostBits,
        .ipRuleLength, .ipRulePolicyMissing, .ipRuleLastOfRestriction, .ipPolicyInUse, .ipRuleAction,
        .ipPolicyAction,
    ]

    package static let ipPolicyNothingToChange = ErrorCode(
        1400,
        status: 400,
        meaning: "The request changes nothing of the IP policy.",
        remedy: "Send at least one member with a value."
    )

    package static let ipRuleNothingToChange = ErrorCode(
        1401,
        status: 400,
        meaning: "The request changes nothing of the IP policy rule.",
        remedy: "Send at least one member with a value."
    )

    package static let ipRuleRange = ErrorCode(
        1406,
        status: 400,
        meaning: "The range of an IP policy rule cannot be read.",
        remedy: "Write it with its length, as in 10.0.0.0/8 or 2001:db8::/32."
    )

    package static let ipRuleRepeated = ErrorCode(
        1408,
        status: 400,
        meaning: "The IP policy has a rule for this range already.",
        remedy: "Change the rule that is there."
    )

    package static let ipRuleHostBits = ErrorCode(
        1409,
        status: 400,
        meaning: "The range of an IP policy rule does not begin at its lowest address.",
        remedy: "Write the lowest address; the message names it."
    )

    package static let ipRuleLength = ErrorCode(
        1413,
        status: 400,
        meaning: "The range of an IP policy rule has no length.",
        remedy: "Add the length in bits; /32 or /128 is a single address."
    )

    package static let ipRulePolicyMissing = ErrorCode(
        1414,
        status: 400,
        meaning: "An IP policy rule names no IP policy of the account.",
        remedy: "Give ip_policy_id, the identifier of an IP policy."
    )

    package static let ipRuleLastOfRestriction = ErrorCode(
        1419,
        status: 400,
        meaning: "The rule is the last of an IP policy that a restriction uses.",
        remedy: "Remove the IP policy from the restriction first."
    )

    package static let ipPolicyInUse = ErrorCode(
        1420,
        status: 400,
        meaning: "An IP restriction uses the IP policy.",
        remedy: "Remove the IP policy from the restriction first."
    )

    package static let ipRuleAction = ErrorCode(
        1422,
        status: 400,
        meaning: "The action of an IP policy rule is not known.",
        remedy: "Use allow or deny."
    )

    package static let ipPolicyAction = ErrorCode(
        1423,
        status: 400,
        meaning: "An IP policy has no action of its own any more.",
        remedy: "Give each of its rules an action."
    )
}
