extension ErrorCode {
    /// What a request is refused for before an endpoint sees it. Without counterpart in the reference system, which sends
    /// these answers without code.
    static let requests: [ErrorCode] = [
        .requestMalformed, .headTooLarge, .targetTooLong, .methodNotImplemented, .versionNotSupported,
        .requestTimeout, .misdirected, .bodyTooLarge, .expectationFailed, .methodNotAllowed, .plainHTTPOnTLSPort,
        .agentBusy, .agentUnresponsive, .endpointHeld, .webSocketVersionNotSupported,
    ]

    package static let requestMalformed = ErrorCode(
        100001,
        status: 400,
        meaning: "The request is not valid HTTP.",
        remedy: "Correct the client: the message names what is wrong."
    )

    package static let headTooLarge = ErrorCode(
        100002,
        status: 431,
        meaning: "The request's header fields are too large or too many.",
        remedy: "Send fewer or shorter fields; large cookies are the usual cause."
    )

    package static let targetTooLong = ErrorCode(
        100003,
        status: 414,
        meaning: "The request's URL is too long.",
        remedy: "Send long data in the body instead of the URL."
    )

    package static let methodNotImplemented = ErrorCode(
        100004,
        status: 501,
        meaning: "The request asks for something that is not implemented.",
        remedy: "Use another method or transfer coding."
    )

    package static let versionNotSupported = ErrorCode(
        100005,
        status: 505,
        meaning: "The request's HTTP version is not supported.",
        remedy: "Use HTTP/1.1."
    )

    package static let requestTimeout = ErrorCode(
        100006,
        status: 408,
        meaning: "The request did not arrive in time.",
        remedy: "Send the whole request without long pauses."
    )

    package static let misdirected = ErrorCode(
        100007,
        status: 421,
        meaning: "The request's host does not belong to the endpoint that this connection was opened for.",
        remedy: "Open a connection of its own for this host."
    )

    package static let bodyTooLarge = ErrorCode(
        100008,
        status: 413,
        meaning: "The request's body is too large.",
        remedy: "Send less, or let the operator of the edge raise the limit."
    )

    package static let expectationFailed = ErrorCode(
        100009,
        status: 417,
        meaning: "The request expects something other than \"100-continue\".",
        remedy: "Leave the Expect field out."
    )

    package static let methodNotAllowed = ErrorCode(
        100010,
        status: 405,
        meaning: "This method cannot be used on an endpoint.",
        remedy: "Send the request to the endpoint itself; it is no proxy for other hosts."
    )

    package static let plainHTTPOnTLSPort = ErrorCode(
        100011,
        status: 400,
        meaning: "A plain HTTP request was sent to a port that speaks HTTPS.",
        remedy: "Use https:// in the URL."
    )

    package static let agentBusy = ErrorCode(
        100012,
        status: 503,
        meaning: "The agent serves as many connections as it can, and none became free in time.",
        remedy: "Try again, or let the owner start further agents and switch pooling on."
    )

    package static let agentUnresponsive = ErrorCode(
        100013,
        status: 502,
        meaning: "The agent did not take the connection.",
        remedy: "Try again; an agent that is gone is replaced as soon as that is noticed."
    )

    package static let endpointHeld = ErrorCode(
        100014,
        status: 503,
        meaning: "The agent of this endpoint was lost a moment ago and did not come back in time.",
        remedy: "Try again shortly; the agent reconnects by itself."
    )

    package static let webSocketVersionNotSupported = ErrorCode(
        100015,
        status: 426,
        meaning: "The request asks for a version of WebSocket other than 13.",
        remedy: "Use a client that speaks WebSocket as RFC 6455 defines it, with \"Sec-WebSocket-Version: 13\"."
    )
}
