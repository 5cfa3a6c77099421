extension ErrorCode {
    /// What the user of an agent, or an application with one inside, meets on its own side. Without counterpart in the
    /// reference system, whose agent shows such failures without code.
    static let agent: [ErrorCode] =
        [
            .edgeUnreachable, .edgeNameUnresolved, .edgeUntrusted, .edgeNameMismatch, .edgeTLSFailed,
            .edgeProtocolError,
            .connectAddressInvalid, .upstreamAddressInvalid, .upstreamUnreachable, .upstreamUntrusted, .sessionLost,
            .sessionTakenOver, .stoppedByOperator, .apiUnreachable, .apiKeyUnknownHere,
        ] + Self.agentWay + Self.agentUpkeep

    package static let edgeUnreachable = ErrorCode(
        100301,
        status: 502,
        meaning: "The edge cannot be reached.",
        remedy: "Check the connect address, that the edge runs, and that a firewall lets the connection out."
    )

    package static let edgeNameUnresolved = ErrorCode(
        100302,
        status: 502,
        meaning: "The edge's host name does not resolve.",
        remedy: "Check the spelling of the connect address, and the DNS of this host."
    )

    package static let edgeUntrusted = ErrorCode(
        100303,
        status: 502,
        meaning: "The edge's certificate is not signed by an authority that the agent trusts.",
        remedy: "Give the edge's CA with --connect-cas or connect_cas; 'portico-edge init' prints where it lies."
    )

    package static let edgeNameMismatch = ErrorCode(
        100304,
        status: 502,
        meaning: "The edge's certificate is for another name than the one that was connected to.",
        remedy: "Connect by the name in the certificate."
    )

    package static let edgeTLSFailed = ErrorCode(
        100305,
        status: 502,
        meaning: "The TLS handshake with the edge failed.",
        remedy: "Check that the connect address is the edge's agent port, and that no proxy stands between."
    )

    package static let edgeProtocolError = ErrorCode(
        100306,
        status: 502,
        meaning: "What answers at the connect address does not speak the agent protocol.",
        remedy: "Check that the connect address is the edge's agent port."
    )

    package static let connectAddressInvalid = ErrorCode(
        100307,
        status: 400,
        meaning: "The connect address cannot be used.",
        remedy: "Write host:port, without a scheme."
    )

    package static let upstreamAddressInvalid = ErrorCode(
        100308,
        status: 400,
        meaning: "The upstream cannot be used.",
        remedy: "Write a port, host:port or a URL, as in 8080, localhost:8080 or https://localhost:8443."
    )

    package static let upstreamUnreachable = ErrorCode(
        100309,
        status: 502,
        meaning: "The service that the agent forwards to cannot be reached.",
        remedy: "Start the service, or forward to the address on which it listens."
    )

    package static let upstreamUntrusted = ErrorCode(
        100310,
        status: 502,
        meaning: "The certificate of the service that the agent forwards to is not trusted.",
        remedy: "Give its CA with --upstream-tls-verify-cas, or leave --upstream-tls-verify out."
    )

    package static let sessionLost = ErrorCode(
        100311,
        status: 502,
        meaning: "The connection to the edge was lost.",
        remedy: "Nothing: the agent connects again by itself."
    )

    package static let sessionTakenOver = ErrorCode(
        100312,
        status: 409,
        meaning: "Another agent took this session over.",
        remedy: "Start one agent for each session only."
    )

    package static let stoppedByOperator = ErrorCode(
        100313,
        status: 503,
        meaning: "The endpoint or the agent was stopped from the edge.",
        remedy: "Ask the operator of the edge, or start it again."
    )

    package static let apiUnreachable = ErrorCode(
        100314,
        status: 502,
        meaning: "The REST API of the edge cannot be reached.",
        remedy: "Check --api-url, that the edge runs, and with --api-cas whose certificates are trusted."
    )

    package static let apiKeyUnknownHere = ErrorCode(
        100315,
        status: 401,
        meaning: "No API key is configured.",
        remedy: "Save one with 'portico config add-api-key KEY', set PORTICO_API_KEY, or give --api-key."
    )
}
