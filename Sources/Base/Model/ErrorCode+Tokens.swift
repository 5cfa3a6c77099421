extension ErrorCode {
    /// What visitors meet whose tokens don't count (`spec/errors-traffic-policy.md` 3).
    static let tokens: [ErrorCode] = [
        .tokenRefused, .tokenNotPermitted, .tokenMissing, .tokenHeaderMissing, .tokenBodyNotJSON, .tokenBodyNotForm,
        .tokenPrefixMissing, .tokenBodyType, .tokenBodyMethod, .tokenMalformed, .keySetUnavailable,
    ]

    package static let tokenRefused = ErrorCode(
        3401,
        status: 401,
        meaning: "The request has no token that counts.",
        remedy: "Send a token that is still good and was signed by the issuer that this endpoint trusts."
    )

    package static let tokenNotPermitted = ErrorCode(
        3403,
        status: 403,
        meaning: "The token is good, but not for this endpoint.",
        remedy: "Ask for a token of an issuer, and for an audience, that this endpoint lets in."
    )

    package static let tokenMissing = ErrorCode(
        3406,
        status: 401,
        meaning: "The request has no token where it must have one.",
        remedy: "Send the token in the header or the field of the body that this endpoint reads."
    )

    package static let tokenHeaderMissing = ErrorCode(
        3408,
        status: 401,
        meaning: "The request lacks the header that its token must be in.",
        remedy: "Send the token in the header that this endpoint reads, often Authorization."
    )

    package static let tokenBodyNotJSON = ErrorCode(
        3411,
        status: 400,
        meaning: "The body that should have a token is no JSON object.",
        remedy: "Send a JSON object with the token in one of its members, or the content type that the body has."
    )

    package static let tokenBodyNotForm = ErrorCode(
        3412,
        status: 400,
        meaning: "The body that should have a token is no form.",
        remedy: "Send a form with the token in one of its fields, or the content type that the body has."
    )

    package static let tokenPrefixMissing = ErrorCode(
        3413,
        status: 401,
        meaning: "What stands before the token is missing.",
        remedy: "Put the prefix that this endpoint wants before the token, often `Bearer ` with a space."
    )

    package static let tokenBodyType = ErrorCode(
        3414,
        status: 400,
        meaning: "The body that should have a token is neither JSON nor a form.",
        remedy: "Send application/json or application/x-www-form-urlencoded, and say so in Content-Type."
    )

    package static let tokenBodyMethod = ErrorCode(
        3415,
        status: 405,
        meaning: "Requests with this method have no token in their body.",
        remedy: "Use POST, PUT or PATCH."
    )

    package static let tokenMalformed = ErrorCode(
        3416,
        status: 401,
        meaning: "What should be a token is none.",
        remedy: "Send a JSON Web Token in its compact form: three parts with points between them."
    )

    package static let keySetUnavailable = ErrorCode(
        3422,
        status: 500,
        meaning: "The keys that tokens are verified with could not be fetched.",
        remedy: "Look whether the key set's server can be reached from the edge; the edge's log says what happened."
    )
}
