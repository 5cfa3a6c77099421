extension ErrorCode {
    /// What is wrong with the configuration of a single action (`spec/errors-traffic-policy.md` 2). The last ones have
    /// no counterpart in the reference system.
    static let policyActions: [ErrorCode] = [
        .ipPolicyUnknown, .basicAuthUserEmpty, .basicAuthPasswordLength, .circuitBreakerThreshold,
        .webhookProviderMissing, .webhookProviderUnknown, .oauthProviderUnknown, .oauthScopesCount, .oauthScopeLong,
        .headerRepeated, .sendgridKey, .oauthSecretMissing, .oauthClientMissing, .oidcClientMissing,
        .oidcSecretMissing, .oidcIssuerMissing, .oauthAppMissing, .denyWithoutAllow, .oauthApplicationNeeded,
        .jwtTokenType, .jwtTokenMethod, .jwtIssuersEmpty, .jwtIssuer, .jwtAudiencesEmpty, .jwtAudience,
        .jwtAlgorithmsEmpty, .jwtAlgorithm, .jwtTokensEmpty, .jwtToken, .jwtTokenName, .jwtTokenPrefix,
        .jwtIdentificationEmpty, .jwtIdentification, .jwtSourceMissing, .jwtKeySetURL, .jwtKeySetUnreachable,
        .jwtIssuerRepeated, .jwtAudienceRepeated, .jwtTokenRepeated, .jwtAlgorithmRepeated, .jwtClaimRepeated,
        .jwtKeySetRepeated, .jwtKeySetsCount, .serverKeyPair, .clientAuthority, .headerIrremovable,
        .webhookSecretLong, .webhookSecretMissing, .basicAuthUserLong, .policyActionLater, .bodyForbidden,
        .firewallUnavailable,
    ]

    package static let ipPolicyUnknown = ErrorCode(
        341,
        status: 400,
        meaning: "There is no IP policy of this identifier.",
        remedy: "Create the IP policy first, or correct its identifier."
    )

    package static let basicAuthUserEmpty = ErrorCode(
        359,
        status: 400,
        meaning: "A basic-auth credential has no user name.",
        remedy: "Write user:password."
    )

    package static let basicAuthPasswordLength = ErrorCode(
        360,
        status: 400,
        meaning: "A basic-auth password is shorter than 8 or longer than 128 characters.",
        remedy: "Choose a password of 8 to 128 characters."
    )

    package static let circuitBreakerThreshold = ErrorCode(
        361,
        status: 400,
        meaning: "A circuit breaker's error threshold is outside 0 to 1.",
        remedy: "Write the share of failed requests, as in 0.5."
    )

    package static let webhookProviderMissing = ErrorCode(
        363,
        status: 400,
        meaning: "A verify-webhook action names no provider.",
        remedy: "Name the provider that sends the webhook."
    )

    package static let webhookProviderUnknown = ErrorCode(
        364,
        status: 400,
        meaning: "A verify-webhook action names a provider that is not supported.",
        remedy: "Use one of the providers of the action's reference page."
    )

    package static let oauthProviderUnknown = ErrorCode(
        365,
        status: 400,
        meaning: "An oauth action names a provider that is not supported.",
        remedy: "Use one of the providers of the action's reference page, or openid-connect."
    )

    package static let oauthScopesCount = ErrorCode(
        368,
        status: 400,
        meaning: "An action asks for too many scopes.",
        remedy: "Ask for 20 scopes at most."
    )

    package static let oauthScopeLong = ErrorCode(
        391,
        status: 400,
        meaning: "A scope of an action is too long.",
        remedy: "Shorten it to 256 characters at most."
    )

    package static let headerRepeated = ErrorCode(
        375,
        status: 400,
        meaning: "The same header stands twice, in different letter case.",
        remedy: "Remove one of them."
    )

    package static let sendgridKey = ErrorCode(
        379,
        status: 400,
        meaning: "The key for sendgrid is no ECDSA public key in base64.",
        remedy: "Copy the verification key from the provider's settings."
    )

    package static let oauthSecretMissing = ErrorCode(
        383,
        status: 400,
        meaning: "An OAuth client id has no secret beside it.",
        remedy: "Set client_secret too."
    )

    package static let oauthClientMissing = ErrorCode(
        384,
        status: 400,
        meaning: "An OAuth client secret has no id beside it.",
        remedy: "Set client_id too."
    )

    package static let oidcClientMissing = ErrorCode(
        385,
        status: 400,
        meaning: "An openid-connect action has no client id.",
        remedy: "Set client_id to what the provider gave you."
    )

    package static let oidcSecretMissing = ErrorCode(
        386,
        status: 400,
        meaning: "An openid-connect action has no client secret.",
        remedy: "Set client_secret to what the provider gave you."
    )

    package static let oidcIssuerMissing = ErrorCode(
        387,
        status: 400,
        meaning: "An openid-connect action has no issuer.",
        remedy: "Set issuer_url to the provider's issuer."
    )

    package static let oauthAppMissing = ErrorCode(
        389,
        status: 400,
        meaning: "An oauth action lacks its client id and secret.",
        remedy: "Register an application at the provider and set client_id and client_secret."
    )

    package static let denyWithoutAllow = ErrorCode(
        393,
        status: 400,
        meaning: "A restrict-ips action with a deny list alone would refuse everyone.",
        remedy: "Add an allow list; 0.0.0.0/0 and ::/0 allow everyone else."
    )

    package static let oauthApplicationNeeded = ErrorCode(
        5535,
        status: 400,
        meaning: "An OAuth provider needs an application of your own.",
        remedy: "Register an application at the provider and set client_id and client_secret."
    )

    package static let jwtTokenType = ErrorCode(
        7169,
        status: 400,
        meaning: "A token type of jwt-validation is not supported.",
        remedy: "Use id_token, access_token, at+jwt, it+jwt, plain or jwt."
    )

    package static let jwtTokenMethod = ErrorCode(
        7170,
        status: 400,
        meaning: "A jwt-validation token is sought in a place that is not supported.",
        remedy: "Use header or body."
    )

    package static let jwtIssuersEmpty = ErrorCode(
        7172,
        status: 400,
        meaning: "A jwt-validation action allows no issuer.",
        remedy: "Add an issuer to issuer.allow_list."
    )

    package static let jwtIssuer = ErrorCode(
        7173,
        status: 400,
        meaning: "An issuer of jwt-validation is no URL.",
        remedy: "Write the issuer as its tokens do, as in https://issuer.example.com/."
    )

    package static let jwtAudiencesEmpty = ErrorCode(
        7174,
        status: 400,
        meaning: "The audience list of a jwt-validation action is empty.",
        remedy: "Add an audience, or leave the list out."
    )

    package static let jwtAudience = ErrorCode(
        7175,
        status: 400,
        meaning: "An audience of jwt-validation cannot be used.",
        remedy: "Write the audience as the tokens do."
    )

    package static let jwtAlgorithmsEmpty = ErrorCode(
        7176,
        status: 400,
        meaning: "A jwt-validation action allows no algorithm.",
        remedy: "Add an algorithm to jws.allowed_algorithms, as in RS256."
    )

    package static let jwtAlgorithm = ErrorCode(
        7177,
        status: 400,
        meaning: "An algorithm of jwt-validation is not supported.",
        remedy: "Use RS, PS or ES with 256, 384 or 512, or EdDSA."
    )

    package static let jwtTokensEmpty = ErrorCode(
        7178,
        status: 400,
        meaning: "A jwt-validation action looks for no token.",
        remedy: "Add a token to http.tokens."
    )

    package static let jwtToken = ErrorCode(
        7179,
        status: 400,
        meaning: "A token of jwt-validation is not described well.",
        remedy: "Give it type, method and name."
    )

    package static let jwtTokenName = ErrorCode(
        7180,
        status: 400,
        meaning: "The name of a jwt-validation token is missing or cannot be used.",
        remedy: "Write the name of the header or of the body field."
    )

    package static let jwtTokenPrefix = ErrorCode(
        7181,
        status: 400,
        meaning: "The prefix of a jwt-validation token cannot be used.",
        remedy: "Write the text before the token, as in \"Bearer \"."
    )

    package static let jwtIdentificationEmpty = ErrorCode(
        7182,
        status: 400,
        meaning: "A key of jwt-validation has an identification that is empty.",
        remedy: "Add token_claims, or leave the identification out."
    )

    package static let jwtIdentification = ErrorCode(
        7183,
        status: 400,
        meaning: "A key of jwt-validation is identified by a claim that is not supported.",
        remedy: "Identify keys by kid."
    )

    package static let jwtSourceMissing = ErrorCode(
        7184,
        status: 400,
        meaning: "A key of jwt-validation has no source.",
        remedy: "Add a source with additional_jkus."
    )

    package static let jwtKeySetURL = ErrorCode(
        7185,
        status: 400,
        meaning: "The URL of a key set is no URL.",
        remedy: "Write the whole URL, as in https://issuer.example.com/jwks.json."
    )

    package static let jwtKeySetUnreachable = ErrorCode(
        7186,
        status: 400,
        meaning: "The URL of a key set gave none.",
        remedy: "Check the URL, and that it can be reached from here."
    )

    package static let jwtIssuerRepeated = ErrorCode(
        7187,
        status: 400,
        meaning: "An issuer of jwt-validation stands twice.",
        remedy: "Remove one of them."
    )

    package static let jwtAudienceRepeated = ErrorCode(
        7188,
        status: 400,
        meaning: "An audience of jwt-validation stands twice.",
        remedy: "Remove one of them."
    )

    package static let jwtTokenRepeated = ErrorCode(
        7189,
        status: 400,
        meaning: "Two tokens of jwt-validation have the same method and name.",
        remedy: "Remove one of them."
    )

    package static let jwtAlgorithmRepeated = ErrorCode(
        7190,
        status: 400,
        meaning: "An algorithm of jwt-validation stands twice.",
        remedy: "Remove one of them."
    )

    package static let jwtClaimRepeated = ErrorCode(
        7191,
        status: 400,
        meaning: "An identification claim of jwt-validation stands twice.",
        remedy: "Remove one of them."
    )

    package static let jwtKeySetRepeated = ErrorCode(
        7192,
        status: 400,
        meaning: "The URL of a key set stands twice.",
        remedy: "Remove one of them."
    )

    package static let jwtKeySetsCount = ErrorCode(
        7193,
        status: 400,
        meaning: "A jwt-validation action has too many key sets.",
        remedy: "Name 100 URLs at most."
    )

    package static let serverKeyPair = ErrorCode(
        14001,
        status: 400,
        meaning: "The certificate and the private key do not belong together.",
        remedy: "Give the key of the certificate."
    )

    package static let clientAuthority = ErrorCode(
        14002,
        status: 400,
        meaning: "An authority for client certificates is no PEM certificate.",
        remedy: "Give the certificate in PEM form, or the identifier of an authority."
    )

    package static let headerIrremovable = ErrorCode(
        14000,
        status: 400,
        meaning: "The header cannot be removed without a replacement.",
        remedy: "Replace it with add-headers in place of removing it."
    )

    package static let webhookSecretLong = ErrorCode(
        15001,
        status: 400,
        meaning: "The secret for a webhook is too long.",
        remedy: "Check that it is the provider's secret; it has 2048 bytes at most."
    )

    package static let webhookSecretMissing = ErrorCode(
        15007,
        status: 400,
        meaning: "A verify-webhook action has no secret.",
        remedy: "Set secret to what the provider gave you."
    )

    package static let basicAuthUserLong = ErrorCode(
        15008,
        status: 400,
        meaning: "A basic-auth user name is longer than 128 characters.",
        remedy: "Shorten it."
    )

    package static let firewallUnavailable = ErrorCode(
        100420,
        status: 400,
        meaning:
            "A policy asks for the firewall, which this edge cannot run: its library or its rules are missing or wrong.",
        remedy: "Install libmodsecurity3 and modsecurity-crs on the edge, or name other rules in policy.firewall.rules."
    )

    package static let policyActionLater = ErrorCode(
        100401,
        status: 400,
        meaning: "The action's documents are checked here, but this edge cannot run it.",
        remedy: "Remove the action, or attach the policy to an edge that can run it."
    )

    package static let bodyForbidden = ErrorCode(
        3604,
        status: 500,
        meaning: "A policy gives a body to an answer whose status has none.",
        remedy: "Leave the body out, or answer with another status."
    )
}
