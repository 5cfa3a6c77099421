extension ErrorCode {
    /// What is wrong with a Kubernetes operator, a personal access token or a report of abuse (`spec/api.md` 2, 3.7 and
    /// 4.5).
    static let apiPeople: [ErrorCode] = [
        .edgesGone, .operatorRequest, .operatorSelector, .operatorFeature, .operatorDeployment, .operatorSelectorMany,
        .operatorNothingToChange, .personalTokenLimit, .personalTokenExpiry, .personalTokenOwner,
        .personalTokenNothingToChange, .abuseReportURLs,
    ]

    package static let edgesGone = ErrorCode(
        7008,
        status: 404,
        meaning: "Edges are not part of this API any more.",
        remedy: "Use endpoints with traffic policies in their place."
    )

    package static let operatorRequest = ErrorCode(
        19001,
        status: 400,
        meaning: "The request for a certificate of a Kubernetes operator cannot be read, or its signature is wrong.",
        remedy: "Send a certificate signing request in PEM, signed with its own key."
    )

    package static let operatorSelector = ErrorCode(
        19003,
        status: 400,
        meaning: "A selector of endpoints is no expression that can be asked of endpoints.",
        remedy: "Correct it at the place that the message names."
    )

    package static let operatorFeature = ErrorCode(
        100618,
        status: 400,
        meaning: "A feature of a Kubernetes operator is not known.",
        remedy: "Use bindings, ingress and gateway."
    )

    package static let operatorDeployment = ErrorCode(
        100619,
        status: 400,
        meaning: "A Kubernetes operator does not say where it is deployed.",
        remedy: "Give deployment with a name and a namespace."
    )

    package static let operatorSelectorMany = ErrorCode(
        100620,
        status: 400,
        meaning: "A Kubernetes operator has more than 100 selectors.",
        remedy: "Join selectors with ||."
    )

    package static let operatorNothingToChange = ErrorCode(
        100621,
        status: 400,
        meaning: "The request changes nothing of the Kubernetes operator.",
        remedy: "Send at least one member with a value."
    )

    package static let personalTokenLimit = ErrorCode(
        29000,
        status: 400,
        meaning: "The user has as many personal access tokens as they may have.",
        remedy: "Revoke or delete one that is not needed."
    )

    package static let personalTokenExpiry = ErrorCode(
        100622,
        status: 400,
        meaning: "A personal access token would have expired already.",
        remedy: "Let expires_at lie in the future, or leave it out."
    )

    package static let personalTokenOwner = ErrorCode(
        100623,
        status: 400,
        meaning: "Only users have personal access tokens.",
        remedy: "Make an API key or an authtoken for a service user."
    )

    package static let personalTokenNothingToChange = ErrorCode(
        100624,
        status: 400,
        meaning: "The request changes nothing of the personal access token.",
        remedy: "Send at least one member with a value."
    )

    package static let abuseReportURLs = ErrorCode(
        100625,
        status: 400,
        meaning: "A report of abuse names no URL, or one that cannot be read.",
        remedy: "Give urls with at least one absolute URL, at most 100."
    )
}
