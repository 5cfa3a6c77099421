extension ErrorCode {
    /// What visitors meet who log in, or have (`spec/errors-traffic-policy.md` 6).
    static let logins: [ErrorCode] = [
        .loginTooOld, .loginEmailMalformed, .loginNotAllowed, .loginParameters, .loginStateMissing,
        .loginEmailMissing, .loginProviderError, .loginRevoked, .loginRefused, .loginCallbackUnknown, .loginExpired,
        .loginOfAnother, .loginCookieMissing, .loginCodeExpired, .loginUsed, .loginOfAnotherHost,
        .loginApplicationWrong, .loginScopeWrong, .loginSessionLost, .loginRequestWrong, .loginProviderFailed,
        .loginProviderBusy, .loginAnswerUnexpected, .oidcExchangeFailed, .oidcTokenMissing, .oidcTokenInvalid,
        .oidcClaimsUnreadable, .oidcDiscoveryFailed, .oidcNotEnabled, .oauthNotEnabled, .loginAccountChoice,
        .loginAnew, .loginUserMissing, .loginExpression, .loginNeedsTLS,
    ]

    package static let loginTooOld = ErrorCode(
        3100,
        status: 401,
        meaning: "The session is over.",
        remedy: "Log in again."
    )

    package static let loginEmailMalformed = ErrorCode(
        3104,
        status: 403,
        meaning: "The provider's e-mail address of the visitor is none.",
        remedy: "Correct the address at the provider, then log in again."
    )

    package static let loginNotAllowed = ErrorCode(
        3105,
        status: 403,
        meaning: "The visitor is not among those whom this endpoint lets in.",
        remedy: "Log in as somebody else, or ask the endpoint's owner to be let in."
    )

    package static let loginParameters = ErrorCode(
        3106,
        status: 400,
        meaning: "The login began with parameters that are not right.",
        remedy: "Begin the login at the page that you want to see."
    )

    package static let loginStateMissing = ErrorCode(
        3107,
        status: 400,
        meaning: "What the provider sent back does not say which login it belongs to, or says it wrongly.",
        remedy: "Begin the login anew; a link to the middle of a login leads nowhere."
    )

    package static let loginEmailMissing = ErrorCode(
        3109,
        status: 403,
        meaning: "The provider tells no e-mail address of the visitor.",
        remedy: "Let the provider tell the address, then log in again."
    )

    package static let loginProviderError = ErrorCode(
        3112,
        status: 502,
        meaning: "The provider reports an error.",
        remedy: "Try again; if it stays, ask the endpoint's owner to look at the provider's settings."
    )

    package static let loginRevoked = ErrorCode(
        3113,
        status: 401,
        meaning: "The provider has ended the login, or its tokens are over.",
        remedy: "Log in again."
    )

    package static let loginRefused = ErrorCode(
        3114,
        status: 403,
        meaning: "The visitor did not agree at the provider.",
        remedy: "Log in again and agree to what the endpoint asks for."
    )

    package static let loginCallbackUnknown = ErrorCode(
        3115,
        status: 500,
        meaning: "The provider does not know the address to come back to.",
        remedy: "Register the edge's callback URL with the application at the provider."
    )

    package static let loginExpired = ErrorCode(
        3119,
        status: 400,
        meaning: "The login took longer than 15 minutes.",
        remedy: "Begin the login anew."
    )

    package static let loginOfAnother = ErrorCode(
        3120,
        status: 400,
        meaning: "The login that came back was begun in another browser, or is over already.",
        remedy: "Begin the login anew, in this browser."
    )

    package static let loginCookieMissing = ErrorCode(
        3121,
        status: 400,
        meaning: "The cookie is missing with which the login began.",
        remedy: "Allow cookies of this host, then begin the login anew."
    )

    package static let loginCodeExpired = ErrorCode(
        3122,
        status: 400,
        meaning: "The provider's code is over, or was used before.",
        remedy: "Begin the login anew."
    )

    package static let loginUsed = ErrorCode(
        3123,
        status: 400,
        meaning: "The login that came back was ended already.",
        remedy: "Begin the login anew; do not load the page again on which one ended."
    )

    package static let loginOfAnotherHost = ErrorCode(
        3124,
        status: 400,
        meaning: "The login that came back was begun at another host.",
        remedy: "Begin the login anew, at the host that you want to see."
    )

    package static let loginApplicationWrong = ErrorCode(
        3125,
        status: 500,
        meaning: "The provider does not accept the application's id or secret.",
        remedy: "Correct client_id and client_secret, or register the application anew."
    )

    package static let loginScopeWrong = ErrorCode(
        3126,
        status: 500,
        meaning: "The provider does not know a scope that is asked for.",
        remedy: "Correct the action's scopes."
    )

    package static let loginSessionLost = ErrorCode(
        3150,
        status: 500,
        meaning: "The session could not be read or written.",
        remedy: "Try again; the edge's log says what happened."
    )

    package static let loginRequestWrong = ErrorCode(
        3152,
        status: 500,
        meaning: "The provider takes the edge's request for a wrong one.",
        remedy: "Look at the provider's log, and at the action's authz_url_params and scopes."
    )

    package static let loginProviderFailed = ErrorCode(
        3160,
        status: 502,
        meaning: "The provider fails, or cannot be reached.",
        remedy: "Try again later; the edge's log says what happened."
    )

    package static let loginProviderBusy = ErrorCode(
        3161,
        status: 503,
        meaning: "The provider has too much to do.",
        remedy: "Try again later."
    )

    package static let loginAnswerUnexpected = ErrorCode(
        3166,
        status: 502,
        meaning: "The provider answers something that is no answer.",
        remedy: "Look whether the provider's URLs are right; the edge's log says what came."
    )

    package static let oidcExchangeFailed = ErrorCode(
        5202,
        status: 502,
        meaning: "The provider did not give tokens for its code.",
        remedy: "Try again; the edge's log says what the provider answered."
    )

    package static let oidcTokenMissing = ErrorCode(
        5203,
        status: 502,
        meaning: "The provider gave no ID token.",
        remedy: "Use a provider, or an application at it, that speaks OpenID Connect."
    )

    package static let oidcTokenInvalid = ErrorCode(
        5204,
        status: 502,
        meaning: "The provider's ID token does not count.",
        remedy: "Look at issuer, keys and clock of the provider; the edge's log says what is wrong."
    )

    package static let oidcClaimsUnreadable = ErrorCode(
        5205,
        status: 502,
        meaning: "What the provider tells of the visitor cannot be read.",
        remedy: "Look at the provider's user info; the edge's log says what is wrong."
    )

    package static let oidcDiscoveryFailed = ErrorCode(
        5208,
        status: 502,
        meaning: "The provider's discovery document could not be used.",
        remedy: """
            Look whether issuer_url is right and its discovery document can be reached from the edge; the edge's \
            log says what happened.
            """
    )

    package static let oidcNotEnabled = ErrorCode(
        5212,
        status: 400,
        meaning: "Logins by OpenID Connect are not possible at this edge.",
        remedy: "Ask the edge's operator; logins need a callback URL."
    )

    package static let oauthNotEnabled = ErrorCode(
        5530,
        status: 400,
        meaning: "Logins are not possible at this edge.",
        remedy: "Ask the edge's operator; logins need a callback URL."
    )

    package static let loginAccountChoice = ErrorCode(
        5531,
        status: 401,
        meaning: "The provider wants an account to be chosen.",
        remedy: "Log in again and choose one."
    )

    package static let loginAnew = ErrorCode(
        5532,
        status: 401,
        meaning: "The provider wants a new login.",
        remedy: "Log in again."
    )

    package static let loginUserMissing = ErrorCode(
        5536,
        status: 502,
        meaning: "The provider does not say who the visitor is.",
        remedy: "Look at the scopes of the action and the provider's user info."
    )

    package static let loginExpression = ErrorCode(
        5537,
        status: 500,
        meaning: "An expression in the login's configuration has no value.",
        remedy: "Look at the policy's record of the request; correct the expression, or set what it asks for."
    )

    package static let loginNeedsTLS = ErrorCode(
        100408,
        status: 400,
        meaning: "Logins are possible over HTTPS alone.",
        remedy: "Visit the endpoint by https; its cookies must not go over the network in the clear."
    )
}
