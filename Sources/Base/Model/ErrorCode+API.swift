extension ErrorCode {
    /// What every request to the REST API may meet (`spec/api.md` 1), be it for whichever resource. The last ones have
    /// no counterpart in the reference system.
    static let api: [ErrorCode] = [
        .apiKeyMissing, .apiAuthScheme, .apiKeyMalformed, .apiKeyUnknown, .apiAccountSuspended, .apiKeyIsAuthtoken,
        .apiKeyIsIdentifier, .apiContentTypeUnknown, .apiBodyUnwanted, .apiBodyUnreadable, .apiBodyNotJSON,
        .apiFieldUnknown, .apiFieldType, .apiContentTypeMissing, .apiVersionUnknown, .apiVersionMissing,
        .apiAddressForbidden, .apiTooManyAtOnce, .apiTooOften, .apiIdentifierPrefix, .apiQueryMalformed,
        .apiQueryUnknown, .apiQueryRepeated, .apiLimit, .apiTime, .apiFilter, .apiOwnerReadOnly, .apiOwnerInactive,
        .apiInternalError, .apiUnknown, .apiMethod, .apiBodyTooLarge, .apiStoreAway, .apiConflict,
        .apiDescriptionLong, .apiMetadataLong, .apiNothingToChange, .certificateUnknown, .apiValueRefused,
        .apiAdministratorNeeded,
    ]

    package static let apiKeyMissing = ErrorCode(
        200,
        status: 401,
        meaning: "The request carries no API key.",
        remedy: "Send it as Authorization: Bearer TOKEN."
    )

    package static let apiAuthScheme = ErrorCode(
        201,
        status: 401,
        meaning: "The Authorization header is of a scheme that the API does not take.",
        remedy: "Send the API key as Authorization: Bearer TOKEN."
    )

    package static let apiKeyMalformed = ErrorCode(
        202,
        status: 401,
        meaning: "What the request carries as an API key has not the form of one.",
        remedy: "Copy the whole token that was shown when the API key was made."
    )

    package static let apiKeyUnknown = ErrorCode(
        203,
        status: 401,
        meaning: "The API key is not known, or was deleted.",
        remedy: "Use another API key, or make one."
    )

    package static let apiAccountSuspended = ErrorCode(
        205,
        status: 403,
        meaning: "The account of the API key is suspended.",
        remedy: "Ask the operator of the edge."
    )

    package static let apiKeyIsAuthtoken = ErrorCode(
        206,
        status: 401,
        meaning: "The request carries an authtoken where an API key belongs.",
        remedy: "Make an API key: authtokens are for agents alone."
    )

    package static let apiKeyIsIdentifier = ErrorCode(
        208,
        status: 401,
        meaning: "The request carries the identifier of an API key and not its token.",
        remedy: "Use the token that was shown when the API key was made."
    )

    package static let apiContentTypeUnknown = ErrorCode(
        210,
        status: 400,
        meaning: "The body is not of a type that the API takes.",
        remedy: "Send JSON, with Content-Type: application/json."
    )

    package static let apiBodyUnwanted = ErrorCode(
        211,
        status: 400,
        meaning: "The request has a body where none belongs.",
        remedy: "Leave the body out."
    )

    package static let apiBodyUnreadable = ErrorCode(
        212,
        status: 400,
        meaning: "The body of the request did not arrive whole.",
        remedy: "Send it again."
    )

    package static let apiBodyNotJSON = ErrorCode(
        213,
        status: 400,
        meaning: "The body of the request is no JSON object.",
        remedy: "Correct it at the byte that the message names."
    )

    package static let apiFieldUnknown = ErrorCode(
        214,
        status: 400,
        meaning: "The body has a member that does not exist, or cannot be set.",
        remedy: "Remove it; the OpenAPI document lists all of them."
    )

    package static let apiFieldType = ErrorCode(
        215,
        status: 400,
        meaning: "A member of the body is of the wrong type.",
        remedy: "Correct it; the message says what is expected."
    )

    package static let apiContentTypeMissing = ErrorCode(
        216,
        status: 400,
        meaning: "The request has a body without a type.",
        remedy: "Add Content-Type: application/json."
    )

    package static let apiVersionUnknown = ErrorCode(
        217,
        status: 400,
        meaning: "The request asks for a version of the API that does not exist.",
        remedy: "Send Ngrok-Version: 2."
    )

    package static let apiVersionMissing = ErrorCode(
        218,
        status: 400,
        meaning: "The request does not say which version of the API it means.",
        remedy: "Send Ngrok-Version: 2."
    )

    package static let apiAddressForbidden = ErrorCode(
        220,
        status: 403,
        meaning: "The account does not allow its API to be used from this address.",
        remedy: "Use an allowed address, or change the IP restriction for the API."
    )

    package static let apiTooManyAtOnce = ErrorCode(
        225,
        status: 429,
        meaning: "The API answers too many requests at the moment.",
        remedy: "Try again in a moment."
    )

    package static let apiTooOften = ErrorCode(
        226,
        status: 429,
        meaning: "Too many requests came within a short time.",
        remedy: "Wait as many seconds as Retry-After says."
    )

    package static let apiIdentifierPrefix = ErrorCode(
        227,
        status: 400,
        meaning: "The identifier is none of this kind of thing.",
        remedy: "Use the identifier as the API gave it; its first letters say what it names."
    )

    package static let apiQueryMalformed = ErrorCode(
        230,
        status: 400,
        meaning: "The query of the URL cannot be read.",
        remedy: "Write name=value pairs, percent-encoded and joined by &."
    )

    package static let apiQueryUnknown = ErrorCode(
        231,
        status: 400,
        meaning: "The query of the URL has a parameter that does not exist here.",
        remedy: "Remove it; the OpenAPI document lists all of them."
    )

    package static let apiQueryRepeated = ErrorCode(
        232,
        status: 400,
        meaning: "The query of the URL has the same parameter twice.",
        remedy: "Give it once."
    )

    package static let apiLimit = ErrorCode(
        233,
        status: 400,
        meaning: "The limit of a page is outside 1 to 100.",
        remedy: "Choose a limit from 1 to 100, or leave it out."
    )

    package static let apiTime = ErrorCode(
        241,
        status: 400,
        meaning: "A time is not in the form of RFC 3339.",
        remedy: "Write it as in 2026-01-31T12:00:00Z."
    )

    package static let apiFilter = ErrorCode(
        250,
        status: 400,
        meaning: "The filter is no expression that lists can be filtered by.",
        remedy: "Correct it at the place that the message names."
    )

    package static let apiOwnerReadOnly = ErrorCode(
        635,
        status: 403,
        meaning: "The owner of the API key may look and not change.",
        remedy: "Use an API key of someone who may, or ask an administrator for the right."
    )

    package static let apiOwnerInactive = ErrorCode(
        636,
        status: 403,
        meaning: "The owner of the API key or authtoken is not active, or no member of the account any more.",
        remedy: "Ask an administrator of the account."
    )

    package static let apiInternalError = ErrorCode(
        10000,
        status: 500,
        meaning: "The API failed, which is a fault of the edge.",
        remedy: "Try again; tell the operator the operation_id of the answer when it stays."
    )

    package static let apiUnknown = ErrorCode(
        100501,
        status: 404,
        meaning: "There is no such resource.",
        remedy: "Check the path and the identifier; what others own is not found."
    )

    package static let apiMethod = ErrorCode(
        100502,
        status: 405,
        meaning: "The resource has no such operation.",
        remedy: "Use one of the methods that the Allow header names."
    )

    package static let apiBodyTooLarge = ErrorCode(
        100503,
        status: 413,
        meaning: "The body of the request is too large.",
        remedy: "Send less; the message says how much is taken."
    )

    package static let apiStoreAway = ErrorCode(
        100504,
        status: 503,
        meaning: "The database does not answer, so nothing could be read or changed.",
        remedy: "Try again in a moment; endpoints go on being served meanwhile."
    )

    package static let apiConflict = ErrorCode(
        100505,
        status: 409,
        meaning: "Others changed the same thing at the same moment, again and again.",
        remedy: "Try again in a moment."
    )

    package static let apiDescriptionLong = ErrorCode(
        100506,
        status: 400,
        meaning: "The description is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let apiMetadataLong = ErrorCode(
        100507,
        status: 400,
        meaning: "The metadata is longer than 4096 bytes.",
        remedy: "Shorten it."
    )

    package static let apiNothingToChange = ErrorCode(
        100508,
        status: 400,
        meaning: "The request changes nothing.",
        remedy: "Send at least one member with a value."
    )

    package static let certificateUnknown = ErrorCode(
        100510,
        status: 400,
        meaning: "The account has no such TLS certificate.",
        remedy: "Upload the certificate first, and give the identifier that it got."
    )

    package static let apiValueRefused = ErrorCode(
        100515,
        status: 400,
        meaning: "A value is larger than the database takes.",
        remedy: "Shorten it; the message says what is too large."
    )

    package static let apiAdministratorNeeded = ErrorCode(
        100509,
        status: 403,
        meaning: "Only an administrator of the account may do this.",
        remedy: "Ask an administrator of the account."
    )
}
