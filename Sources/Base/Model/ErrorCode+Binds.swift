extension ErrorCode {
    /// What an agent meets when it starts an endpoint (`spec/agent-protocol.md` 12, `spec/endpoints.md` 4 and 6).
    static let binds: [ErrorCode] = [
        .bindUnreadable, .addressNotReserved, .addressNotPermitted, .addressOfOther, .hostNotPermitted,
        .wildcardNotReserved, .hostNotReserved, .hostOfOther, .wildcardOfOther, .tooManyEndpointsInSession,
        .protocolUnsupported, .endpointUnknown, .urlTaken, .bindTokenUnreadable, .tooManyEndpoints,
        .endpointRateExceeded, .nestedHostNotReserved, .randomAddressNotPermitted, .labelsUnavailable,
        .labelsInvalid, .labelNotPermitted, .policyInvalid, .internalHostMissing, .internalHostSuffix,
        .kubernetesHostMissing, .kubernetesScheme,
        .upstreamProtocolInvalid, .bindingUnknown, .bindingRepeated, .featureUnavailable, .portsExhausted,
        .portTaken, .sessionDraining,
    ]

    package static let bindUnreadable = ErrorCode(
        301,
        status: 400,
        meaning: "The agent's Bind message cannot be read.",
        remedy: "Update the agent."
    )

    package static let addressNotReserved = ErrorCode(
        307,
        status: 403,
        meaning: "The TCP address is not reserved for this account.",
        remedy: "Leave the address out to get a random one, or reserve it."
    )

    package static let addressNotPermitted = ErrorCode(
        308,
        status: 403,
        meaning: "The credential's rules do not allow this TCP address.",
        remedy: "Use a credential whose rules allow it."
    )

    package static let addressOfOther = ErrorCode(
        309,
        status: 403,
        meaning: "The TCP address is reserved by another account.",
        remedy: "Choose another address, or leave it out to get a random one."
    )

    package static let hostNotPermitted = ErrorCode(
        316,
        status: 403,
        meaning: "The credential's rules do not allow this host name.",
        remedy: "Use a credential whose rules allow it, or choose a name that they allow."
    )

    package static let wildcardNotReserved = ErrorCode(
        318,
        status: 403,
        meaning: "The wildcard is not reserved for this account.",
        remedy: "Reserve the wildcard itself, or bind a single name."
    )

    package static let hostNotReserved = ErrorCode(
        319,
        status: 403,
        meaning: "The host name is not reserved for this account.",
        remedy: "Choose a name below the edge's base domain, or leave the URL out to get a random one."
    )

    package static let hostOfOther = ErrorCode(
        320,
        status: 403,
        meaning: "The host name, or a name above it, belongs to another account.",
        remedy: "Choose another name."
    )

    package static let wildcardOfOther = ErrorCode(
        321,
        status: 403,
        meaning: "The wildcard belongs to another account, or covers names that do.",
        remedy: "Choose another name."
    )

    package static let tooManyEndpointsInSession = ErrorCode(
        324,
        status: 403,
        meaning: "The session has as many endpoints as it may have.",
        remedy: "Stop endpoints that are not needed."
    )

    package static let protocolUnsupported = ErrorCode(
        332,
        status: 400,
        meaning: "Endpoints of this protocol are not supported.",
        remedy: "Use http, https, tls or tcp."
    )

    package static let endpointUnknown = ErrorCode(
        333,
        status: 404,
        meaning: "The session has no such endpoint.",
        remedy: "Restart the agent if it believes otherwise."
    )

    package static let urlTaken = ErrorCode(
        334,
        status: 409,
        meaning: "The URL is in use, and pooling is not enabled on all of its endpoints.",
        remedy: "Stop the other endpoint, choose another URL, or enable pooling on both."
    )

    package static let bindTokenUnreadable = ErrorCode(
        335,
        status: 400,
        meaning: "The token that would bring a random address back cannot be read.",
        remedy: "Start the endpoint anew."
    )

    package static let tooManyEndpoints = ErrorCode(
        350,
        status: 403,
        meaning: "The account has as many endpoints as it may have.",
        remedy: "Stop endpoints that are not needed."
    )

    package static let endpointRateExceeded = ErrorCode(
        351,
        status: 429,
        meaning: "The account started too many endpoints within a short time.",
        remedy: "Wait a minute, and look for agents that restart in a loop."
    )

    package static let nestedHostNotReserved = ErrorCode(
        354,
        status: 403,
        meaning: "A name more than one label below the base domain must be reserved first.",
        remedy: "Choose a name directly below the base domain."
    )

    package static let randomAddressNotPermitted = ErrorCode(
        356,
        status: 403,
        meaning: "The credential's rules do not allow a random address.",
        remedy: "Name an address that the rules allow, or use a credential without rules."
    )

    package static let labelsUnavailable = ErrorCode(
        357,
        status: 400,
        meaning: "Labelled tunnels are not available.",
        remedy: "Start an endpoint with a URL instead."
    )

    package static let labelsInvalid = ErrorCode(
        358,
        status: 400,
        meaning: "The labels of a labelled tunnel are not usable.",
        remedy: "Start an endpoint with a URL instead."
    )

    package static let labelNotPermitted = ErrorCode(
        399,
        status: 403,
        meaning: "The credential's rules do not allow this label.",
        remedy: "Start an endpoint with a URL instead."
    )

    package static let policyInvalid = ErrorCode(
        9026,
        status: 400,
        meaning: "The traffic policy is not usable.",
        remedy: "Correct what the message names, with line and column."
    )

    package static let internalHostMissing = ErrorCode(
        9028,
        status: 400,
        meaning: "An internal endpoint needs a host name.",
        remedy: "Name one that ends in .internal."
    )

    package static let internalHostSuffix = ErrorCode(
        9029,
        status: 400,
        meaning: "An internal endpoint's host name must end in .internal, and only such names are internal.",
        remedy: "Choose a name that ends in .internal, or another binding."
    )

    package static let kubernetesHostMissing = ErrorCode(
        9039,
        status: 400,
        meaning: "A kubernetes endpoint needs the name of a service and its namespace.",
        remedy: "Name both, as in http://web.shop."
    )

    package static let kubernetesScheme = ErrorCode(
        9041,
        status: 400,
        meaning: "A kubernetes endpoint cannot have this scheme.",
        remedy: "Use http, tls or tcp."
    )

    package static let upstreamProtocolInvalid = ErrorCode(
        15003,
        status: 400,
        meaning: "The upstream protocol is not known.",
        remedy: "Use http1 or http2."
    )

    package static let bindingUnknown = ErrorCode(
        15005,
        status: 400,
        meaning: "The binding is not known.",
        remedy: "Use public, internal or kubernetes."
    )

    package static let bindingRepeated = ErrorCode(
        15006,
        status: 400,
        meaning: "More than one binding is given.",
        remedy: "Give one binding."
    )

    package static let featureUnavailable = ErrorCode(
        100101,
        status: 501,
        meaning: "The endpoint asks for something that this version of the edge does not do.",
        remedy: "Leave it out, or update the edge."
    )

    package static let portsExhausted = ErrorCode(
        100102,
        status: 503,
        meaning: "All ports for TCP endpoints are in use.",
        remedy: "Stop TCP endpoints that are not needed, or widen the edge's port range."
    )

    package static let portTaken = ErrorCode(
        100103,
        status: 409,
        meaning: "The port cannot be listened on.",
        remedy: "Choose another port, or stop the process that has it."
    )

    package static let sessionDraining = ErrorCode(
        100104,
        status: 503,
        meaning: "The edge is shutting down and starts no endpoints.",
        remedy: "Nothing: the agent connects again and starts its endpoints there."
    )
}
