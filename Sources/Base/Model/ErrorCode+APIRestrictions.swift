extension ErrorCode {
    /// What is wrong with an IP restriction or an agent ingress (`spec/api.md` 3.6 and 5.5).
    static let apiRestrictions: [ErrorCode] = [
        .restrictionTooManyPolicies, .restrictionPolicyUnknown, .restrictionTypeTaken, .restrictionType,
        .restrictionPolicyMissing, .restrictionNothingToChange, .ingressDomain, .ingressDomainTaken,
        .ingressDomainOfOther, .ingressAuthority, .ingressNothingToChange, .dashboardAddressForbidden,
    ]

    package static let dashboardAddressForbidden = ErrorCode(
        1212,
        status: 403,
        meaning: "The account does not allow its dashboard to be used from this address.",
        remedy: "Use an allowed address, or change the IP restriction for the dashboard."
    )

    package static let restrictionTooManyPolicies = ErrorCode(
        1800,
        status: 400,
        meaning: "An IP restriction has more than 100 IP policies.",
        remedy: "Put the ranges into fewer IP policies."
    )

    package static let restrictionPolicyUnknown = ErrorCode(
        1801,
        status: 400,
        meaning: "An IP restriction names an IP policy that the account does not have.",
        remedy: "Use identifiers of IP policies of the account."
    )

    package static let restrictionTypeTaken = ErrorCode(
        1802,
        status: 400,
        meaning: "The account has an IP restriction of this type already.",
        remedy: "Change the one that is there, or delete it first."
    )

    package static let restrictionType = ErrorCode(
        1803,
        status: 400,
        meaning: "The type of an IP restriction is not known.",
        remedy: "Use dashboard, api, agent or endpoints."
    )

    package static let restrictionPolicyMissing = ErrorCode(
        1804,
        status: 400,
        meaning: "An IP restriction has no IP policy.",
        remedy: "Give ip_policy_ids with at least one identifier."
    )

    package static let restrictionNothingToChange = ErrorCode(
        100604,
        status: 400,
        meaning: "The request changes nothing of the IP restriction.",
        remedy: "Send at least one member with a value."
    )

    package static let ingressDomain = ErrorCode(
        1906,
        status: 400,
        meaning: "The domain of an agent ingress is no host name that it can have.",
        remedy: "Write a host name of two labels or more, without a wildcard, that is not the edge's own."
    )

    package static let ingressDomainTaken = ErrorCode(
        100605,
        status: 409,
        meaning: "There is an agent ingress for this domain already.",
        remedy: "Use the one that is there, or choose another domain."
    )

    package static let ingressDomainOfOther = ErrorCode(
        100606,
        status: 400,
        meaning: "The domain of an agent ingress belongs to another account.",
        remedy: "Choose a domain of your own."
    )

    package static let ingressAuthority = ErrorCode(
        1908,
        status: 400,
        meaning: "The authority that shall issue certificates for an agent ingress is not known.",
        remedy: "Use letsencrypt, or leave the policy out for the edge's own authority."
    )

    package static let ingressNothingToChange = ErrorCode(
        100607,
        status: 400,
        meaning: "The request changes nothing of the agent ingress.",
        remedy: "Send at least one member with a value."
    )
}
