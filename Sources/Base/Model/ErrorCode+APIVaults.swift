extension ErrorCode {
    /// What is wrong with a vault or a secret in one (`spec/api.md` 5.1 and 5.2).
    static let apiVaults: [ErrorCode] = [
        .vaultName, .vaultNameMissing, .vaultNameLong, .vaultNotEmpty, .vaultNameTaken, .vaultNothingToChange,
        .secretName, .secretNameMissing, .secretNameLong, .secretValueMissing, .secretValueLong, .secretNameTaken,
        .secretVaultUnknown, .secretVaultMissing, .secretVaultNameUnknown, .secretNothingToChange, .secretUnknown,
        .secretSealed,
    ]

    package static let vaultName = ErrorCode(
        23000,
        status: 400,
        meaning: "The name of a vault has characters that names of vaults do not have.",
        remedy: "Use letters, digits and the characters _, /, . and -."
    )

    package static let vaultNameMissing = ErrorCode(
        23001,
        status: 400,
        meaning: "A vault has no name.",
        remedy: "Give it a name."
    )

    package static let vaultNameLong = ErrorCode(
        23002,
        status: 400,
        meaning: "The name of a vault is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let vaultNotEmpty = ErrorCode(
        23003,
        status: 409,
        meaning: "A vault that shall be deleted still holds secrets.",
        remedy: "Delete its secrets first."
    )

    package static let vaultNameTaken = ErrorCode(
        23004,
        status: 409,
        meaning: "The account has a vault of this name already.",
        remedy: "Choose another name."
    )

    package static let vaultNothingToChange = ErrorCode(
        100600,
        status: 400,
        meaning: "The request changes nothing of the vault.",
        remedy: "Send at least one member with a value."
    )

    package static let secretName = ErrorCode(
        24000,
        status: 400,
        meaning: "The name of a secret has characters that names of secrets do not have.",
        remedy: "Use letters, digits and the characters _, /, . and -."
    )

    package static let secretNameMissing = ErrorCode(
        24001,
        status: 400,
        meaning: "A secret has no name.",
        remedy: "Give it a name."
    )

    package static let secretNameLong = ErrorCode(
        24002,
        status: 400,
        meaning: "The name of a secret is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let secretValueMissing = ErrorCode(
        24003,
        status: 400,
        meaning: "The value of a secret is empty.",
        remedy: "Give it a value."
    )

    package static let secretValueLong = ErrorCode(
        24004,
        status: 400,
        meaning: "The value of a secret is longer than 65536 bytes.",
        remedy: "Shorten it, or split it over several secrets."
    )

    package static let secretNameTaken = ErrorCode(
        24005,
        status: 409,
        meaning: "The vault has a secret of this name already.",
        remedy: "Choose another name, or change the secret that is there."
    )

    package static let secretVaultUnknown = ErrorCode(
        24006,
        status: 404,
        meaning: "The account has no vault of this identifier.",
        remedy: "Use the identifier of a vault of the account."
    )

    package static let secretVaultMissing = ErrorCode(
        24008,
        status: 400,
        meaning: "A secret names no vault.",
        remedy: "Give vault_id or vault_name."
    )

    package static let secretVaultNameUnknown = ErrorCode(
        24009,
        status: 404,
        meaning: "The account has no vault of this name.",
        remedy: "Make the vault, or correct the name."
    )

    package static let secretNothingToChange = ErrorCode(
        100601,
        status: 400,
        meaning: "The request changes nothing of the secret.",
        remedy: "Send at least one member with a value."
    )

    package static let secretUnknown = ErrorCode(
        100602,
        status: 404,
        meaning: "The vault has no secret of this name.",
        remedy: "Make the secret, or correct the name."
    )

    package static let secretSealed = ErrorCode(
        100603,
        status: 500,
        meaning: "The value of a secret cannot be opened with the sealing keys of the edge.",
        remedy: "Put the key that sealed it back into the file of sealing keys, or set the value anew."
    )
}
