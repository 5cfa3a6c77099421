extension ErrorCode {
    /// What stands on an agent's way to its edge.
    static let agentWay: [ErrorCode] = [
        .proxyAddressInvalid, .proxyUnreachable, .proxyRefused, .interfaceUnusable,
    ]

    package static let proxyAddressInvalid = ErrorCode(
        100316,
        status: 400,
        meaning: "The proxy that the agent is to connect through cannot be used.",
        remedy: "Write http://, https:// or socks5://, perhaps user:password@, and host:port."
    )

    package static let proxyUnreachable = ErrorCode(
        100317,
        status: 502,
        meaning: "The proxy that the agent connects through cannot be reached.",
        remedy: "Check proxy_url, and the variable http_proxy where proxy_url is not set."
    )

    package static let proxyRefused = ErrorCode(
        100318,
        status: 502,
        meaning: "The proxy does not connect the agent to the edge.",
        remedy: "Ask who runs the proxy to let the edge's agent port through; a refused password is part of proxy_url."
    )

    package static let interfaceUnusable = ErrorCode(
        100319,
        status: 400,
        meaning: "The network interface that the agent is to connect from cannot be used.",
        remedy: "Name one that 'ip link' lists, or leave connect_interface out."
    )
}

extension ErrorCode {
    /// What keeps an agent from being a service, and from being replaced by a newer one.
    static let agentUpkeep: [ErrorCode] = [
        .serviceManagerMissing, .serviceFailed, .serviceFileUnreadable, .updateAddressMissing, .updateUnreachable,
        .updateSignatureInvalid, .updateManifestInvalid, .updateProgramWrong, .updateDowngrade, .updateNotInstalled,
    ]

    package static let serviceManagerMissing = ErrorCode(
        100320,
        status: 501,
        meaning: "There is no systemd on this machine that could run the agent as a service.",
        remedy: "Run 'portico start --all --config FILE' under the supervisor that this machine has."
    )

    package static let serviceFailed = ErrorCode(
        100321,
        status: 500,
        meaning: "The service could not be changed.",
        remedy: "Correct what the message names; most of it takes root."
    )

    package static let serviceFileUnreadable = ErrorCode(
        100322,
        status: 400,
        meaning: "The configuration file of the service is missing, or cannot be read.",
        remedy: "Give the path of a file that exists with --config, and let the service's user read it."
    )

    package static let updateAddressMissing = ErrorCode(
        100323,
        status: 400,
        meaning: "It is not known where releases are published.",
        remedy: "Set agent.update_url and agent.update_key, or PORTICO_UPDATE_URL and PORTICO_UPDATE_KEY."
    )

    package static let updateUnreachable = ErrorCode(
        100324,
        status: 502,
        meaning: "The release cannot be fetched.",
        remedy: "Check update_url, and that a firewall lets the connection out."
    )

    package static let updateSignatureInvalid = ErrorCode(
        100325,
        status: 403,
        meaning: "The description of the release is not signed with the key that the agent trusts.",
        remedy: "Do not install it. Ask who publishes releases; update_key is their public key."
    )

    package static let updateManifestInvalid = ErrorCode(
        100326,
        status: 502,
        meaning: "The description of the release cannot be used.",
        remedy: "Ask who publishes releases."
    )

    package static let updateProgramWrong = ErrorCode(
        100327,
        status: 502,
        meaning: "The program that was fetched is not the one that the release describes.",
        remedy: "Try again; where it happens again, ask who publishes releases."
    )

    package static let updateDowngrade = ErrorCode(
        100328,
        status: 409,
        meaning: "The release is older than the program that would be replaced.",
        remedy: "Give --force to go back to it."
    )

    package static let updateNotInstalled = ErrorCode(
        100329,
        status: 500,
        meaning: "The program could not be replaced.",
        remedy:
            "Run the command as a user who may write to the folder of the program, or install it by the package manager."
    )
}
