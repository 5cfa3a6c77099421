extension ErrorCode {
    /// What is wrong with a cloud endpoint, or with what is asked of agents over the API (`spec/api.md` 3.1 and 6).
    static let apiEndpoints: [ErrorCode] = [
        .endpointType, .endpointURLMalformed, .endpointURL, .endpointPort, .endpointNothingToChange,
        .endpointSchemeChanged, .endpointNotReserved, .endpointBindings, .endpointDescriptionLong,
        .endpointMetadataLong, .endpointField, .endpointFieldMissing, .endpointKubernetesScheme, .endpointScheme,
        .endpointPortInvalid, .endpointOfAgent, .addressInUse, .commandRefused, .commandUnanswered,
        .endpointQuota, .endpointPolicySealed,
    ]

    package static let endpointPolicySealed = ErrorCode(
        100516,
        status: 500,
        meaning: "The policy of an endpoint cannot be opened with the sealing keys of the edge.",
        remedy: "Put the key that sealed it back into the file of sealing keys, or give the endpoint its policy anew."
    )

    package static let endpointQuota = ErrorCode(
        18021,
        status: 403,
        meaning: "The account has as many endpoints as it may have.",
        remedy: "Delete endpoints that are not needed, or stop their agents."
    )

    package static let endpointType = ErrorCode(
        248,
        status: 400,
        meaning: "Endpoints of this type are not made over the API.",
        remedy: "Leave the type out, or use cloud; agents make their endpoints themselves."
    )

    package static let endpointURLMalformed = ErrorCode(
        249,
        status: 400,
        meaning: "The URL of an endpoint cannot be read.",
        remedy: "Write scheme and host, as in https://app.example.com, and the port of a tcp endpoint."
    )

    package static let endpointURL = ErrorCode(
        18001,
        status: 400,
        meaning: "The URL is none that a cloud endpoint can have.",
        remedy: "Correct what the message names; the URL ends behind host and port."
    )

    package static let endpointPort = ErrorCode(
        18003,
        status: 400,
        meaning: "The port of the endpoint's URL does not go with its scheme.",
        remedy: "Use one of the ports that the message names, or leave it out."
    )

    package static let endpointNothingToChange = ErrorCode(
        18004,
        status: 400,
        meaning: "The request changes nothing of the endpoint.",
        remedy: "Send at least one member with a value."
    )

    package static let endpointSchemeChanged = ErrorCode(
        18005,
        status: 400,
        meaning: "The scheme of an endpoint's URL does not change.",
        remedy: "Make another endpoint with the new scheme, and delete this one."
    )

    package static let endpointNotReserved = ErrorCode(
        18006,
        status: 400,
        meaning: "The account has reserved no domain or TCP address that the endpoint's URL belongs to.",
        remedy: "Reserve the domain or the address first; a wildcard must be reserved itself."
    )

    package static let endpointBindings = ErrorCode(
        18007,
        status: 400,
        meaning: "The bindings of the endpoint are none that it can have.",
        remedy: "Give one of public, internal and kubernetes; names that end in .internal are internal."
    )

    package static let endpointDescriptionLong = ErrorCode(
        18012,
        status: 400,
        meaning: "The description of an endpoint is too long.",
        remedy: "Use at most 255 bytes."
    )

    package static let endpointMetadataLong = ErrorCode(
        18013,
        status: 400,
        meaning: "The metadata of an endpoint is too long.",
        remedy: "Use at most 4096 bytes."
    )

    package static let endpointField = ErrorCode(
        18014,
        status: 400,
        meaning: "A member of the endpoint has a value that it cannot have.",
        remedy: "Correct what the message names."
    )

    package static let endpointFieldMissing = ErrorCode(
        18015,
        status: 400,
        meaning: "A member that an endpoint must have is missing.",
        remedy: "Add what the message names."
    )

    package static let endpointKubernetesScheme = ErrorCode(
        18018,
        status: 400,
        meaning: "Endpoints with the kubernetes binding do not have this scheme.",
        remedy: "Use http, tls or tcp."
    )

    package static let endpointScheme = ErrorCode(
        18022,
        status: 400,
        meaning: "The scheme of the URL is none that endpoints have.",
        remedy: "Use http, https, tls or tcp."
    )

    package static let endpointPortInvalid = ErrorCode(
        18023,
        status: 400,
        meaning: "The port of the endpoint's URL is missing or is none.",
        remedy: "Use a number from 1 to 65535; a tcp endpoint must name its port."
    )

    package static let endpointOfAgent = ErrorCode(
        100541,
        status: 400,
        meaning: "An endpoint of an agent is changed and ended by its agent alone.",
        remedy: "Change the agent's configuration, or stop its session."
    )

    package static let addressInUse = ErrorCode(
        100542,
        status: 400,
        meaning: "A cloud endpoint uses the TCP address.",
        remedy: "Delete the endpoint first, or give it another URL."
    )

    package static let commandRefused = ErrorCode(
        100543,
        status: 400,
        meaning: "The agent does not do what it was told.",
        remedy: "Do it where the agent runs; the message has its reason."
    )

    package static let commandUnanswered = ErrorCode(
        100544,
        status: 400,
        meaning: "The agent did not answer a command.",
        remedy: "See whether its session is still there; some agents answer no commands at all."
    )
}
