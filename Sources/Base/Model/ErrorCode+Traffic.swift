extension ErrorCode {
    /// What the traffic inspector of an edge refuses, and why captured traffic cannot be sent again
    /// (`spec/observability.md` 5).
    static let apiTraffic: [ErrorCode] = [
        .replayNotPossible, .replayTooOften, .replayHeader, .replayBody, .replayFailed, .replayUnknown,
        .replayMessage, .replayForeign, .inspectorOff, .trafficFilter, .trafficCaptureRole, .trafficSetting,
        .rehearsalPolicy, .rehearsalBusy, .inspectorStore,
    ]

    package static let replayNotPossible = ErrorCode(
        10085,
        status: 400,
        meaning: "The captured request cannot be sent again as it is.",
        remedy: "Send it with what the message says is missing, or capture it in full with its endpoint online."
    )

    package static let replayTooOften = ErrorCode(
        10086,
        status: 429,
        meaning: "Too many captured requests were sent again within a minute.",
        remedy: "Wait a minute."
    )

    package static let replayHeader = ErrorCode(
        10087,
        status: 400,
        meaning: "A header of a request that was to be sent again is none, or too long.",
        remedy: "Use header names of HTTP, and values of at most 8 KiB without line ends."
    )

    package static let replayBody = ErrorCode(
        10088,
        status: 400,
        meaning: "The body of a request that was to be sent again is too long, or no base64.",
        remedy: "Send base64 of at most 64 KiB."
    )

    package static let replayFailed = ErrorCode(
        10089,
        status: 502,
        meaning: "A request that was sent again got no answer.",
        remedy: "Look at the endpoint and its service; the message says how far the request came."
    )

    package static let replayUnknown = ErrorCode(
        10090,
        status: 404,
        meaning: "There is no captured request of this identifier.",
        remedy: "Take an identifier from the list; older requests are not kept."
    )

    package static let replayMessage = ErrorCode(
        10091,
        status: 400,
        meaning: "A change to a request that was to be sent again makes no request of HTTP.",
        remedy: "Give a method that is a word, and a path that begins with a slash."
    )

    package static let replayForeign = ErrorCode(
        10092,
        status: 403,
        meaning: "A request was to be sent again to an endpoint that is not the account's.",
        remedy: "Choose an endpoint of the account that serves the same URL."
    )

    package static let inspectorOff = ErrorCode(
        100650,
        status: 404,
        meaning: "This edge captures no traffic.",
        remedy: "Have the operator switch inspector.enabled on."
    )

    package static let trafficFilter = ErrorCode(
        100651,
        status: 400,
        meaning: "A filter of captured traffic is not valid.",
        remedy: "Mend the expression where the message says; docs/traffic-inspector.md lists the names."
    )

    package static let trafficCaptureRole = ErrorCode(
        100652,
        status: 403,
        meaning: "Only administrators decide what is captured of an account's traffic.",
        remedy: "Ask an administrator of the account."
    )

    package static let trafficSetting = ErrorCode(
        100653,
        status: 400,
        meaning: "A setting of the traffic inspector is out of its bounds.",
        remedy: "Use the values that the message names."
    )

    package static let rehearsalPolicy = ErrorCode(
        100654,
        status: 400,
        meaning: "The draft of a traffic policy that was to be rehearsed cannot run.",
        remedy: "Mend the policy where the message says; `portico policy check` shows all that is wrong."
    )

    package static let rehearsalBusy = ErrorCode(
        100655,
        status: 429,
        meaning: "The edge rehearses as many policies as it does at a time.",
        remedy: "Try again in a few seconds."
    )

    package static let inspectorStore = ErrorCode(
        100656,
        status: 503,
        meaning: "The store of captured traffic does not answer.",
        remedy: "Look at the edge's log and its disk."
    )
}
