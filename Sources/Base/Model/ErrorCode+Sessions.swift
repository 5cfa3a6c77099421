extension ErrorCode {
    /// What an agent meets when it opens a session (`spec/agent-protocol.md` 12, `spec/identity.md` 12).
    static let sessions: [ErrorCode] = [
        .metadataTooLong, .accountUnpaid, .accountSuspended, .authtokenMalformed, .authtokenOldFormat,
        .authtokenUnknown, .authtokenRevoked, .authtokenMissing, .authtokenScope, .tooManySessions,
        .sessionRateExceeded, .sessionRateOfTokenExceeded, .authUnreadable, .cookieUnacceptable,
        .heartbeatIntervalInvalid, .heartbeatToleranceInvalid, .agentAddressRefused, .authtokenAddressRefused,
        .connectAddressNotAllowed, .connectAddressOfOther, .connectAddressUnknown, .connectAddressReserved,
        .agentVersionUnreadable, .protocolVersionUnsupported, .agentTooOld, .emailUnverified, .userAgentMalformed,
        .accessRuleInvalid, .accessRuleKindUnknown,
    ]

    package static let metadataTooLong = ErrorCode(
        100,
        status: 400,
        meaning: "The metadata is too long.",
        remedy: "Shorten the metadata: 4096 bytes at most."
    )

    package static let accountUnpaid = ErrorCode(
        102,
        status: 403,
        meaning: "The account is closed for unpaid bills.",
        remedy: "Ask the operator of this edge."
    )

    package static let accountSuspended = ErrorCode(
        103,
        status: 403,
        meaning: "The account is suspended.",
        remedy: "Ask the operator of this edge."
    )

    package static let authtokenMalformed = ErrorCode(
        105,
        status: 401,
        meaning: "The authtoken is not of the form that authtokens have.",
        remedy: "Copy the whole authtoken again and save it with: portico config add-authtoken TOKEN"
    )

    package static let authtokenOldFormat = ErrorCode(
        106,
        status: 401,
        meaning: "The authtoken is of a form that is no longer used.",
        remedy: "Create a new authtoken and save it with: portico config add-authtoken TOKEN"
    )

    package static let authtokenUnknown = ErrorCode(
        107,
        status: 401,
        meaning: "The authtoken is not known to this edge.",
        remedy:
            "Check that it was made on this edge, or create a new one and save it with: portico config add-authtoken TOKEN"
    )

    package static let authtokenRevoked = ErrorCode(
        300,
        status: 401,
        meaning: "The authtoken was revoked.",
        remedy: "Create a new authtoken and save it with: portico config add-authtoken TOKEN"
    )

    package static let authtokenMissing = ErrorCode(
        4018,
        status: 401,
        meaning: "No authtoken was given.",
        remedy: "Create an authtoken and save it with: portico config add-authtoken TOKEN"
    )

    package static let authtokenScope = ErrorCode(
        15014,
        status: 403,
        meaning: "The credential may not open agent sessions.",
        remedy: "Use an authtoken; API keys are for the REST API."
    )

    package static let tooManySessions = ErrorCode(
        108,
        status: 403,
        meaning: "The account has as many agent sessions as it may have.",
        remedy: "Stop an agent that is not needed, or serve several endpoints from one agent."
    )

    package static let sessionRateExceeded = ErrorCode(
        348,
        status: 429,
        meaning: "The account opened too many agent sessions within a short time.",
        remedy: "Wait a minute, and look for agents that restart in a loop."
    )

    package static let sessionRateOfTokenExceeded = ErrorCode(
        349,
        status: 429,
        meaning: "The authtoken opened too many agent sessions within a short time.",
        remedy: "Wait a minute, and look for agents that restart in a loop."
    )

    package static let authUnreadable = ErrorCode(
        109,
        status: 400,
        meaning: "The agent's Auth message cannot be read.",
        remedy: "Update the agent."
    )

    package static let cookieUnacceptable = ErrorCode(
        110,
        status: 400,
        meaning: "The session's cookie cannot be used.",
        remedy: "Restart the agent."
    )

    package static let heartbeatIntervalInvalid = ErrorCode(
        111,
        status: 400,
        meaning: "The heartbeat interval is outside what the edge allows.",
        remedy: "Choose an interval within the limits that the message names."
    )

    package static let heartbeatToleranceInvalid = ErrorCode(
        112,
        status: 400,
        meaning: "The heartbeat tolerance is outside what the edge allows.",
        remedy: "Choose a tolerance within the limits that the message names."
    )

    package static let agentAddressRefused = ErrorCode(
        115,
        status: 403,
        meaning: "The account's IP restrictions do not allow agents at this address.",
        remedy: "Add the address to the IP policy of agents, or connect from another network."
    )

    package static let authtokenAddressRefused = ErrorCode(
        116,
        status: 403,
        meaning: "The authtoken may not be used from this address.",
        remedy: "Use another authtoken, or connect from another network."
    )

    package static let connectAddressNotAllowed = ErrorCode(
        118,
        status: 403,
        meaning: "The account may not connect through this connect address.",
        remedy: "Connect through the edge's own connect address."
    )

    package static let connectAddressOfOther = ErrorCode(
        122,
        status: 403,
        meaning: "The connect address belongs to another account.",
        remedy: "Connect through the edge's own connect address."
    )

    package static let connectAddressUnknown = ErrorCode(
        126,
        status: 403,
        meaning: "The connect address is not known here.",
        remedy: "Correct the connect address in the agent's configuration."
    )

    package static let connectAddressReserved = ErrorCode(
        127,
        status: 403,
        meaning: "The connect address is reserved for other credentials.",
        remedy: "Use a credential of the account that owns it."
    )

    package static let agentVersionUnreadable = ErrorCode(
        119,
        status: 400,
        meaning: "The agent's version cannot be read.",
        remedy: "Update the agent."
    )

    package static let protocolVersionUnsupported = ErrorCode(
        120,
        status: 400,
        meaning: "The edge and the agent have no protocol version in common.",
        remedy: "Update the agent."
    )

    package static let agentTooOld = ErrorCode(
        121,
        status: 400,
        meaning: "The agent is older than the account allows.",
        remedy: "Update the agent."
    )

    package static let emailUnverified = ErrorCode(
        123,
        status: 403,
        meaning: "The account's e-mail address is not verified.",
        remedy: "Verify it, then start the agent again."
    )

    package static let userAgentMalformed = ErrorCode(
        124,
        status: 400,
        meaning: "The agent's user agent is malformed.",
        remedy: "Update the agent, or correct the client info that the application sets."
    )

    package static let accessRuleInvalid = ErrorCode(
        600,
        status: 400,
        meaning: "A rule of what a credential may bind cannot be read.",
        remedy: "Write bind:HOST, bind:*.HOST or bind:HOST:PORT."
    )

    package static let accessRuleKindUnknown = ErrorCode(
        619,
        status: 400,
        meaning: "A rule of a credential is of a kind that does not exist.",
        remedy: "Begin the rule with bind:, or leave all rules out to allow everything."
    )
}
