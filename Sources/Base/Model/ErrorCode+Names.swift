extension ErrorCode {
    /// What is wrong with a host name or a URL (`spec/endpoints.md` 4).
    static let names: [ErrorCode] = [
        .hostCharacter, .hostEmptyLabel, .hostLabelStart, .hostLabelEnd, .hostHyphens, .hostSuffix, .hostPunycode,
        .hostUnderscore, .hostLabelTooLong, .hostTooLong, .hostWildcard, .urlPortRange, .urlTooDeep, .urlIncomplete,
        .urlPortNotNumeric, .urlMalformed, .urlPort, .urlScheme, .urlPart, .urlTrailingSlash,
    ]

    package static let hostCharacter = ErrorCode(
        326,
        status: 400,
        meaning: "The host name has a character that host names do not have.",
        remedy: "Use a-z, 0-9, \"-\" and \".\" only; write names beyond ASCII in their xn-- form."
    )

    package static let hostEmptyLabel = ErrorCode(
        327,
        status: 400,
        meaning: "The host name has an empty label.",
        remedy: "Remove the dot that stands beside another or at the start."
    )

    package static let hostLabelStart = ErrorCode(
        328,
        status: 400,
        meaning: "A label of the host name does not begin with a letter or digit.",
        remedy: "Let every label begin with a letter or digit."
    )

    package static let hostLabelEnd = ErrorCode(
        329,
        status: 400,
        meaning: "A label of the host name does not end with a letter or digit.",
        remedy: "Let every label end with a letter or digit."
    )

    package static let hostHyphens = ErrorCode(
        330,
        status: 400,
        meaning: "A label of the host name has \"--\" as third and fourth character.",
        remedy: "Choose another name; only xn-- names may have it."
    )

    package static let hostSuffix = ErrorCode(
        331,
        status: 400,
        meaning: "The host name does not end in a public domain.",
        remedy: "Use a name below a domain that exists on the Internet, or below .internal."
    )

    package static let hostPunycode = ErrorCode(
        347,
        status: 400,
        meaning: "The host name has an xn-- label that does not decode.",
        remedy: "Convert the name again from its readable form."
    )

    package static let hostUnderscore = ErrorCode(
        355,
        status: 400,
        meaning: "The host name has an underscore.",
        remedy: "Use \"-\" in its place."
    )

    package static let hostLabelTooLong = ErrorCode(
        396,
        status: 400,
        meaning: "A label of the host name is longer than 63 characters.",
        remedy: "Shorten it."
    )

    package static let hostTooLong = ErrorCode(
        397,
        status: 400,
        meaning: "The host name is longer than 253 characters.",
        remedy: "Shorten it."
    )

    package static let hostWildcard = ErrorCode(
        402,
        status: 400,
        meaning: "The host name has \"*\" where it cannot stand.",
        remedy: "Write \"*\" as the whole first label only, as in *.example.com."
    )

    package static let urlPortRange = ErrorCode(
        9030,
        status: 400,
        meaning: "The URL's port is outside 1 to 65535.",
        remedy: "Correct the port, or leave it out."
    )

    package static let urlTooDeep = ErrorCode(
        9031,
        status: 400,
        meaning: "The internal host name has more than five labels.",
        remedy: "Use five labels at most, .internal included."
    )

    package static let urlIncomplete = ErrorCode(
        9032,
        status: 400,
        meaning: "The URL lacks its scheme, its host or its port.",
        remedy: "Write it whole, as in https://name.example.com or tcp://host:port."
    )

    package static let urlPortNotNumeric = ErrorCode(
        9033,
        status: 400,
        meaning: "The URL's port is no number.",
        remedy: "Correct the port, or leave it out."
    )

    package static let urlMalformed = ErrorCode(
        9034,
        status: 400,
        meaning: "The URL cannot be read.",
        remedy: "Write scheme, host and port only, as in https://name.example.com."
    )

    package static let urlPort = ErrorCode(
        9035,
        status: 400,
        meaning: "The URL's port does not fit its scheme.",
        remedy: "Leave the port out; a TCP endpoint must name one."
    )

    package static let urlScheme = ErrorCode(
        9036,
        status: 400,
        meaning: "The URL's scheme is not one that endpoints have.",
        remedy: "Use http, https, tls or tcp."
    )

    package static let urlPart = ErrorCode(
        9037,
        status: 400,
        meaning: "The URL has a path, query, fragment or user.",
        remedy: "End it behind the host and port."
    )

    package static let urlTrailingSlash = ErrorCode(
        9038,
        status: 400,
        meaning: "The URL ends in a slash.",
        remedy: "Leave the slash out."
    )
}
