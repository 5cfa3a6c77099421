extension ErrorCode {
    /// What is wrong with a domain or a TCP address that shall be reserved (`spec/endpoints.md` 7 and 8).
    static let apiDomains: [ErrorCode] = [
        .domainTarget, .domainReserved, .domainOfOther, .domainWildcardWide, .domainDescriptionLong,
        .domainMetadataLong, .domainNothingToChange, .domainTooLong, .domainOfEdge, .domainCertificateTwice,
        .domainAuthority, .domainCertificateOther, .domainPolicyOfEdge, .domainUploadOfEdge, .domainInUse,
        .domainDirectlyBelow, .domainMissing, .domainNameTwice, .domainChanged,
        .domainTargetRepeated, .domainKeyType, .addressRegion, .addressNoneFree,
    ]

    package static let domainTarget = ErrorCode(
        400,
        status: 400,
        meaning: "A domain is pinned to something that is no place of this edge.",
        remedy: "Use one of the regions that the message names, or an empty list."
    )

    package static let domainReserved = ErrorCode(
        413,
        status: 400,
        meaning: "The account has reserved this domain already.",
        remedy: "Use the domain that is there."
    )

    package static let domainOfOther = ErrorCode(
        414,
        status: 400,
        meaning: "The domain, or one above it, is reserved by another account.",
        remedy: "Choose another domain."
    )

    package static let domainWildcardWide = ErrorCode(
        416,
        status: 400,
        meaning: "The wildcard takes in names that are everybody's.",
        remedy: "Reserve a wildcard below a name of your own."
    )

    package static let domainDescriptionLong = ErrorCode(
        420,
        status: 400,
        meaning: "The description of a domain is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let domainMetadataLong = ErrorCode(
        421,
        status: 400,
        meaning: "The metadata of a domain is longer than 4096 bytes.",
        remedy: "Shorten it."
    )

    package static let domainNothingToChange = ErrorCode(
        422,
        status: 400,
        meaning: "The request changes nothing of the domain.",
        remedy: "Send at least one member with a value."
    )

    package static let domainTooLong = ErrorCode(
        423,
        status: 400,
        meaning: "The name of the domain is longer than 253 bytes.",
        remedy: "Shorten it."
    )

    package static let domainOfEdge = ErrorCode(
        430,
        status: 400,
        meaning: "The domain belongs to the edge itself.",
        remedy: "Choose a name below it, or a domain of your own."
    )

    package static let domainCertificateTwice = ErrorCode(
        434,
        status: 400,
        meaning: "A domain has either an uploaded certificate or one that the edge obtains.",
        remedy: "Give certificate_id or certificate_management_policy, and not both."
    )

    package static let domainAuthority = ErrorCode(
        435,
        status: 400,
        meaning: "The authority that shall issue a domain's certificates is not known.",
        remedy: "Use letsencrypt, which names the ACME authority that the edge is told to use."
    )

    package static let domainCertificateOther = ErrorCode(
        436,
        status: 400,
        meaning: "The domain's certificate is managed in the other way.",
        remedy: "Remove what the domain has: its certificate, or its certificate management policy."
    )

    package static let domainPolicyOfEdge = ErrorCode(
        439,
        status: 400,
        meaning: "A domain that the edge's own certificate covers has no certificate management policy.",
        remedy: "Leave certificate_management_policy out: the edge serves such names with its own certificate."
    )

    package static let domainUploadOfEdge = ErrorCode(
        440,
        status: 400,
        meaning: "A domain that the edge's own certificate covers takes no uploaded certificate.",
        remedy: "Leave certificate_id out, or reserve a domain of your own."
    )

    package static let domainDirectlyBelow = ErrorCode(
        447,
        status: 400,
        meaning: "The edge obtains no certificate for a name directly below one of its base domains.",
        remedy: "Leave certificate_management_policy out, or use a domain of your own."
    )

    package static let domainInUse = ErrorCode(
        446,
        status: 400,
        meaning: "A cloud endpoint has a URL that needs this domain.",
        remedy: "Delete the endpoint first, or give it another URL."
    )

    package static let domainMissing = ErrorCode(
        448,
        status: 400,
        meaning: "The domain is no fully qualified name.",
        remedy: "Write a host name of two labels or more, as in app.example.com or *.example.com."
    )

    package static let domainNameTwice = ErrorCode(
        449,
        status: 400,
        meaning: "Both domain and name are given.",
        remedy: "Give domain alone."
    )

    package static let domainChanged = ErrorCode(
        451,
        status: 400,
        meaning: "The name and the region of a domain do not change.",
        remedy: "Reserve another domain, and delete this one."
    )

    package static let domainTargetRepeated = ErrorCode(
        456,
        status: 400,
        meaning: "A domain is pinned to the same place twice.",
        remedy: "Remove one of them."
    )

    package static let domainKeyType = ErrorCode(
        1909,
        status: 400,
        meaning: "The type of private key for a domain's certificates is not known.",
        remedy: "Use ecdsa or rsa."
    )

    package static let addressRegion = ErrorCode(
        500,
        status: 400,
        meaning: "There are no TCP addresses in this region.",
        remedy: "Use the region of the edge, or leave it out."
    )

    package static let addressNoneFree = ErrorCode(
        503,
        status: 400,
        meaning: "All TCP addresses of the edge are reserved or in use.",
        remedy: "Delete addresses that are not needed, or ask the operator for more ports."
    )
}
