extension ErrorCode {
    /// What visitors of an endpoint meet (`spec/endpoints.md` 10.2).
    static let serving: [ErrorCode] = [
        .endpointOffline, .tunnelNotFound, .noBackend, .poolInconsistent, .trafficNotHandled, .agentStreamFailed,
        .agentUnreachableUpstream, .upstreamInvalidResponse, .upstreamConnectTimeout, .upstreamRefused,
        .gatewayFailure, .upstreamTimeout, .upstreamUnknownStatus, .websocketExpected, .internalError, .draining,
        .overloaded, .connectionRateExceeded, .tooManyConnections, .requestRateExceeded, .tlsHandshakeFailed,
        .serverNameMissing, .visitorAddressForbidden, .browserWarning,
    ]

    package static let visitorAddressForbidden = ErrorCode(
        3205,
        status: 403,
        meaning: "The account of this endpoint does not accept visitors from this address.",
        remedy: "Come from an address that it accepts, or ask its owner to allow this one."
    )

    package static let browserWarning = ErrorCode(
        6024,
        status: 200,
        meaning: "A browser is warned before it shows what somebody serves through the edge.",
        remedy:
            "Go on only if you trust whoever sent you here. Programs pass with the field `ngrok-skip-browser-warning`."
    )

    package static let endpointOffline = ErrorCode(
        3200,
        status: 404,
        meaning: "No endpoint is online at this address.",
        remedy: "Start the agent that serves this endpoint, or check the URL."
    )

    package static let tunnelNotFound = ErrorCode(
        3209,
        status: 404,
        meaning: "The endpoint went away while the request was on its way.",
        remedy: "Try again; if it stays, start the agent that serves this endpoint."
    )

    package static let noBackend = ErrorCode(
        724,
        status: 503,
        meaning: "The endpoint exists, but nothing behind it can serve at the moment.",
        remedy: "Try again shortly; its owner can look at the agents behind it."
    )

    package static let poolInconsistent = ErrorCode(
        6030,
        status: 500,
        meaning: "Several endpoints share this URL, and not all of them allow pooling.",
        remedy: "Let its owner switch pooling on for all of them, or stop all but one."
    )

    package static let trafficNotHandled = ErrorCode(
        6029,
        status: 500,
        meaning: "The policy of a cloud endpoint let the traffic pass, and nothing stands behind it.",
        remedy: "Let its owner end the policy with a rule that always answers or forwards."
    )

    package static let agentStreamFailed = ErrorCode(
        3210,
        status: 502,
        meaning: "The agent's session ended before the request was answered.",
        remedy: "Try again; the agent reconnects by itself."
    )

    package static let agentUnreachableUpstream = ErrorCode(
        8012,
        status: 502,
        meaning: "The agent could not connect to the service that it forwards to.",
        remedy: "Start the service, or forward to the address on which it listens."
    )

    package static let upstreamInvalidResponse = ErrorCode(
        3004,
        status: 502,
        meaning: "The service answered with something that is not valid HTTP, or cut its answer short.",
        remedy: "Check that it speaks HTTP on this port; forward to an https:// address if it expects TLS."
    )

    package static let upstreamConnectTimeout = ErrorCode(
        3005,
        status: 504,
        meaning: "The service did not accept a connection in time.",
        remedy: "Check that the service runs and that a firewall lets the connection through."
    )

    package static let upstreamRefused = ErrorCode(
        3006,
        status: 502,
        meaning: "The service refused the connection.",
        remedy: "Start the service, or correct the address that is configured for it."
    )

    package static let gatewayFailure = ErrorCode(
        3007,
        status: 502,
        meaning: "The request could not be passed on.",
        remedy: "Try again; the log of the edge says what happened."
    )

    package static let upstreamTimeout = ErrorCode(
        3008,
        status: 504,
        meaning: "The service did not answer in time.",
        remedy: "Try again, or look at the service for what keeps it."
    )

    package static let upstreamUnknownStatus = ErrorCode(
        3010,
        status: 502,
        meaning: "The service answered with a status that is no HTTP status.",
        remedy: "Correct the status that the service sends: 100 to 599."
    )

    package static let websocketExpected = ErrorCode(
        3206,
        status: 400,
        meaning: "A WebSocket upgrade was expected, and the request is an ordinary one.",
        remedy: "Connect with a WebSocket client."
    )

    package static let internalError = ErrorCode(
        741,
        status: 500,
        meaning: "Something went wrong inside the edge.",
        remedy: "Try again; the log of the edge says what happened. If it stays, report it."
    )

    package static let draining = ErrorCode(
        742,
        status: 503,
        meaning: "The edge is shutting down and takes no new work.",
        remedy: "Try again; another node, or this one after its restart, will answer."
    )

    package static let overloaded = ErrorCode(
        743,
        status: 503,
        meaning: "The edge has more work than it can do and turns some away.",
        remedy: "Try again later."
    )

    package static let connectionRateExceeded = ErrorCode(
        715,
        status: 429,
        meaning: "Too many connections were opened within a short time.",
        remedy: "Open fewer connections, or reuse them."
    )

    package static let tooManyConnections = ErrorCode(
        714,
        status: 503,
        meaning: "Too many connections are open at once.",
        remedy: "Close connections that are not needed, and try again."
    )

    package static let requestRateExceeded = ErrorCode(
        734,
        status: 429,
        meaning: "Too many requests were sent within a short time.",
        remedy: "Send fewer requests, and try again later."
    )

    package static let tlsHandshakeFailed = ErrorCode(
        3002,
        status: 400,
        meaning: "The TLS handshake failed.",
        remedy: "Use TLS 1.2 or newer and a cipher that both sides have."
    )

    package static let serverNameMissing = ErrorCode(
        3003,
        status: 400,
        meaning: "The TLS handshake named no host (SNI), so that no endpoint could be chosen.",
        remedy: "Use a client that sends the host name, and connect by name instead of by address."
    )
}
