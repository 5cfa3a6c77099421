extension ErrorCode {
    /// What visitors meet where a policy refuses or fails (`spec/errors-traffic-policy.md` 3).
    static let policyRuns: [ErrorCode] = [
        .policyInterpolation, .policyURLBroken, .policyMemory, .policyFieldExpression, .policyExpressionFailed,
        .policyActionFailed, .circuitOpen, .addressRefused, .webhookUnverified, .policyRedirects,
        .forwardChainTooLong, .policyResponseTooLarge, .policyRequestTimeout, .policyRequestLoop,
        .firewallDeniedRequest, .firewallFailed, .firewallDeniedResponse,
        .replacementInterpolation, .replacementPattern, .bodyNotCollected, .bodyTooLargeToReplace,
        .bodyNotReplaced, .bodyLengthNotReplaced, .policyRequestRefused, .policyRequestFailed,
    ]

    package static let policyInterpolation = ErrorCode(
        2238,
        status: 500,
        meaning: "A `${…}` part of an action has no value for this request.",
        remedy: "Look at the policy's record of the request; guard the expression with has() or in."
    )

    package static let policyURLBroken = ErrorCode(
        2247,
        status: 500,
        meaning: "A URL that an action of the policy made is none.",
        remedy: "Correct the action's pattern and replacement, or the values that they use."
    )

    package static let policyMemory = ErrorCode(
        2249,
        status: 500,
        meaning: "An action of the policy needs more memory than it may take.",
        remedy: "Keep fewer or shorter values."
    )

    package static let policyFieldExpression = ErrorCode(
        2253,
        status: 500,
        meaning: "An expression in a field of an action has no value for this request.",
        remedy: "Look at the policy's record of the request; guard the expression with has() or in."
    )

    package static let policyExpressionFailed = ErrorCode(
        2254,
        status: 500,
        meaning: "An expression of the policy has no value for this request.",
        remedy: "Look at the policy's record of the request; guard the expression with has() or in."
    )

    package static let policyActionFailed = ErrorCode(
        2300,
        status: 500,
        meaning: "An action of the policy failed.",
        remedy: "Try again; if it stays, tell the operator of this edge."
    )

    package static let circuitOpen = ErrorCode(
        3202,
        status: 503,
        meaning: "The circuit breaker in front of this endpoint is open.",
        remedy: "Try again in a while: it closes by itself when the service works again."
    )

    package static let addressRefused = ErrorCode(
        3203,
        status: 403,
        meaning: "This endpoint does not accept visitors from this address.",
        remedy: "Come from an address that it accepts, or ask its owner to allow this one."
    )

    package static let webhookUnverified = ErrorCode(
        3204,
        status: 403,
        meaning: "The webhook's signature is missing or wrong.",
        remedy: "Compare the secret of the policy with that of the sender."
    )

    package static let policyRedirects = ErrorCode(
        3214,
        status: 502,
        meaning: "A request that the policy made was redirected too often.",
        remedy: "Let it ask for the final URL, or allow more redirects."
    )

    package static let forwardChainTooLong = ErrorCode(
        3501,
        status: 508,
        meaning: "The request was handed on between too many internal endpoints.",
        remedy: "Let the endpoints forward to each other less often; five may follow one another."
    )

    package static let policyResponseTooLarge = ErrorCode(
        3601,
        status: 502,
        meaning: "The answer to a request that the policy made is too large.",
        remedy: "Ask for less: 256 KiB are read."
    )

    package static let policyRequestTimeout = ErrorCode(
        3602,
        status: 504,
        meaning: "A request that the policy made took too long.",
        remedy: "Look at the service that it asks, or allow more time."
    )

    package static let policyRequestLoop = ErrorCode(
        3603,
        status: 508,
        meaning: "A request that the policy made came back to it.",
        remedy: "Let the policy ask an endpoint that does not ask this one."
    )

    package static let firewallDeniedRequest = ErrorCode(
        3700,
        status: 403,
        meaning: "The request looks like an attack to the firewall in front of this endpoint.",
        remedy:
            "Change what looks like code or a query; if it is harmless, its owner can exclude the rule that takes it amiss."
    )

    package static let firewallFailed = ErrorCode(
        3701,
        status: 500,
        meaning: "The firewall in front of this endpoint could not look at the request or the response.",
        remedy: "Try again; if it stays, tell the operator of this edge."
    )

    package static let firewallDeniedResponse = ErrorCode(
        3702,
        status: 403,
        meaning: "The response would give away what the firewall in front of this endpoint keeps inside.",
        remedy: "Look at what the service answers; its owner can exclude the rule that takes it amiss."
    )

    package static let replacementInterpolation = ErrorCode(
        3900,
        status: 500,
        meaning: "A `${…}` part of a replacement has no value for this request.",
        remedy: "Look at the policy's record of the request; guard the expression with has() or in."
    )

    package static let replacementPattern = ErrorCode(
        3901,
        status: 500,
        meaning: "A pattern of a replacement is no RE2 regular expression once its `${…}` parts are known.",
        remedy: "Correct the values that the pattern is made of."
    )

    package static let bodyNotCollected = ErrorCode(
        3902,
        status: 500,
        meaning: "A body could not be collected for a policy.",
        remedy: "Try again; if it stays, tell the operator of this edge."
    )

    package static let bodyTooLargeToReplace = ErrorCode(
        3903,
        status: 413,
        meaning: "A body is larger than a policy may collect.",
        remedy: "Send less, or let the rule pass over bodies of this kind."
    )

    package static let bodyNotReplaced = ErrorCode(
        3904,
        status: 500,
        meaning: "A body could not be changed by a policy.",
        remedy: "Try again; if it stays, tell the operator of this edge."
    )

    package static let bodyLengthNotReplaced = ErrorCode(
        3905,
        status: 500,
        meaning: "The length of a body that a policy changed could not be told.",
        remedy: "Try again; if it stays, tell the operator of this edge."
    )

    package static let policyRequestRefused = ErrorCode(
        100410,
        status: 502,
        meaning: "A policy may not make a request to this target.",
        remedy: "Let it ask an internal endpoint, or ask the operator of this edge to open the host."
    )

    package static let policyRequestFailed = ErrorCode(
        100411,
        status: 502,
        meaning: "A request that the policy made got no answer.",
        remedy: "Look at the service that it asks."
    )
}
