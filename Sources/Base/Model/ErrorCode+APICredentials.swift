extension ErrorCode {
    /// What is wrong with a credential, an API key or their owner (`spec/api.md` 4, `spec/identity.md` 8).
    static let apiCredentials: [ErrorCode] = [
        .credentialDefault, .credentialDescriptionLong, .credentialMetadataLong, .credentialNothingToChange,
        .ownerOfOther, .ownerTwice, .ownerUnknown, .serviceUserNothingToChange, .serviceUserNameMissing,
        .serviceUserNameLong, .serviceUserNameTaken, .tokenPrecomputed,
    ]

    package static let credentialDefault = ErrorCode(
        601,
        status: 400,
        meaning: "The default authtoken of a user cannot be deleted.",
        remedy: "Revoke it by making a new one, or delete another."
    )

    package static let credentialDescriptionLong = ErrorCode(
        604,
        status: 400,
        meaning: "The description of a credential is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let credentialMetadataLong = ErrorCode(
        605,
        status: 400,
        meaning: "The metadata of a credential is longer than 4096 bytes.",
        remedy: "Shorten it."
    )

    package static let credentialNothingToChange = ErrorCode(
        606,
        status: 400,
        meaning: "The request changes nothing of the credential.",
        remedy: "Send at least one member with a value."
    )

    package static let ownerOfOther = ErrorCode(
        630,
        status: 403,
        meaning: "Only an administrator may make credentials for others.",
        remedy: "Leave the owner out, or ask an administrator of the account."
    )

    package static let ownerTwice = ErrorCode(
        631,
        status: 400,
        meaning: "The owner is named in more than one way.",
        remedy: "Name the owner once."
    )

    package static let ownerUnknown = ErrorCode(
        632,
        status: 400,
        meaning: "The account has no such user or service user.",
        remedy: "Use the identifier of a member or service user of the account."
    )

    package static let serviceUserNothingToChange = ErrorCode(
        100511,
        status: 400,
        meaning: "The request changes nothing of the service user.",
        remedy: "Send at least one member with a value."
    )

    package static let serviceUserNameMissing = ErrorCode(
        100512,
        status: 400,
        meaning: "A service user has no name.",
        remedy: "Give it a name."
    )

    package static let serviceUserNameLong = ErrorCode(
        100513,
        status: 400,
        meaning: "The name of a service user is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let serviceUserNameTaken = ErrorCode(
        100514,
        status: 400,
        meaning: "The account has a service user of this name already.",
        remedy: "Choose another name."
    )

    package static let tokenPrecomputed = ErrorCode(
        638,
        status: 400,
        meaning: "This edge draws every token itself.",
        remedy: "Leave precomputed_token out."
    )
}
