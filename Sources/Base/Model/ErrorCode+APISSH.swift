extension ErrorCode {
    /// What is wrong with an SSH key, or a certificate for one (`spec/api.md` 4.3 and 4.7).
    static let apiSSH: [ErrorCode] = [
        .sshKeyRepeated, .sshKeyOfOther, .sshKeyMissing, .sshKeyUnreadable, .sshCertificateKeyUnreadable,
        .sshAuthorityKeyType, .sshAuthorityDescriptionLong, .sshAuthorityMetadataLong, .sshAuthorityKeySize,
        .sshAuthorityKeySizeUnwanted, .sshAuthorityCurve, .sshAuthorityCurveUnwanted, .sshHostDescriptionLong,
        .sshHostMetadataLong, .sshUserDescriptionLong, .sshUserMetadataLong, .sshHostAuthorityUnknown,
        .sshCertificateKeyType, .sshUserAuthorityUnknown, .sshCertificateKeyMissing, .sshUserDuration, .sshHostDuration,
        .sshAuthorityInUse, .sshAuthorityNothingToChange, .sshCertificateNothingToChange, .sshAuthoritySealed,
        .sshCertificateLarge,
    ]

    package static let sshKeyRepeated = ErrorCode(
        609,
        status: 400,
        meaning: "The account has this SSH key already.",
        remedy: "Use the one that is there."
    )

    package static let sshKeyOfOther = ErrorCode(
        610,
        status: 400,
        meaning: "Another account has this SSH key.",
        remedy: "Make another key pair, as with ssh-keygen."
    )

    package static let sshKeyMissing = ErrorCode(
        611,
        status: 400,
        meaning: "There is no public key.",
        remedy: "Give public_key, as it stands in a .pub file."
    )

    package static let sshKeyUnreadable = ErrorCode(
        612,
        status: 400,
        meaning: "The public key cannot be read, or is of a type that is not taken.",
        remedy: "Give one line of a .pub file: an RSA key of 2048 bits or more, an ECDSA key or an Ed25519 key."
    )

    package static let sshCertificateKeyUnreadable = ErrorCode(
        1934,
        status: 400,
        meaning: "The public key that shall be certified cannot be read.",
        remedy: "Give one line of a .pub file."
    )

    package static let sshAuthorityKeyType = ErrorCode(
        1936,
        status: 400,
        meaning: "The type of key for an SSH certificate authority is not known.",
        remedy: "Use rsa, ecdsa or ed25519."
    )

    package static let sshAuthorityDescriptionLong = ErrorCode(
        1937,
        status: 400,
        meaning: "The description of an SSH certificate authority is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let sshAuthorityMetadataLong = ErrorCode(
        1938,
        status: 400,
        meaning: "The metadata of an SSH certificate authority is longer than 4096 bytes.",
        remedy: "Shorten it."
    )

    package static let sshAuthorityKeySize = ErrorCode(
        1939,
        status: 400,
        meaning: "A key of this size is not made for an SSH certificate authority.",
        remedy: "Use 2048 or 4096."
    )

    package static let sshAuthorityKeySizeUnwanted = ErrorCode(
        1940,
        status: 400,
        meaning: "Only RSA keys have a key size.",
        remedy: "Leave key_size out, or make an RSA key."
    )

    package static let sshAuthorityCurve = ErrorCode(
        1941,
        status: 400,
        meaning: "The elliptic curve for an SSH certificate authority is not known.",
        remedy: "Use 256, 384 or 521."
    )

    package static let sshAuthorityCurveUnwanted = ErrorCode(
        1942,
        status: 400,
        meaning: "Only ECDSA keys have an elliptic curve.",
        remedy: "Leave elliptic_curve out, or make an ECDSA key."
    )

    package static let sshHostDescriptionLong = ErrorCode(
        1945,
        status: 400,
        meaning: "The description of an SSH host certificate is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let sshHostMetadataLong = ErrorCode(
        1946,
        status: 400,
        meaning: "The metadata of an SSH host certificate is longer than 4096 bytes.",
        remedy: "Shorten it."
    )

    package static let sshUserDescriptionLong = ErrorCode(
        1947,
        status: 400,
        meaning: "The description of an SSH user certificate is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let sshUserMetadataLong = ErrorCode(
        1948,
        status: 400,
        meaning: "The metadata of an SSH user certificate is longer than 4096 bytes.",
        remedy: "Shorten it."
    )

    package static let sshHostAuthorityUnknown = ErrorCode(
        1949,
        status: 400,
        meaning: "The account has no such SSH certificate authority to sign a host certificate.",
        remedy: "Use the identifier of an SSH certificate authority of the account."
    )

    package static let sshCertificateKeyType = ErrorCode(
        1950,
        status: 400,
        meaning: "There are no certificates for public keys of this type.",
        remedy: "Use an RSA, ECDSA or Ed25519 key."
    )

    package static let sshUserAuthorityUnknown = ErrorCode(
        1951,
        status: 400,
        meaning: "The account has no such SSH certificate authority to sign a user certificate.",
        remedy: "Use the identifier of an SSH certificate authority of the account."
    )

    package static let sshCertificateKeyMissing = ErrorCode(
        1952,
        status: 400,
        meaning: "There is no public key to be certified.",
        remedy: "Give public_key, as it stands in a .pub file."
    )

    package static let sshUserDuration = ErrorCode(
        1962,
        status: 400,
        meaning: "An SSH user certificate would be good for no time.",
        remedy: "Let valid_until lie behind valid_after."
    )

    package static let sshHostDuration = ErrorCode(
        1963,
        status: 400,
        meaning: "An SSH host certificate would be good for no time.",
        remedy: "Let valid_until lie behind valid_after."
    )

    package static let sshAuthorityInUse = ErrorCode(
        1964,
        status: 400,
        meaning: "There are certificates that the SSH certificate authority signed.",
        remedy: "Delete them first."
    )

    package static let sshAuthorityNothingToChange = ErrorCode(
        100614,
        status: 400,
        meaning: "The request changes nothing of the SSH certificate authority.",
        remedy: "Send at least one member with a value."
    )

    package static let sshCertificateNothingToChange = ErrorCode(
        100615,
        status: 400,
        meaning: "The request changes nothing of the SSH certificate.",
        remedy: "Send at least one member with a value."
    )

    package static let sshAuthoritySealed = ErrorCode(
        100616,
        status: 500,
        meaning: "The key of an SSH certificate authority cannot be opened with the sealing keys of the edge.",
        remedy: "Put the key that sealed it back into the file of sealing keys."
    )

    package static let sshCertificateLarge = ErrorCode(
        100617,
        status: 400,
        meaning: "An SSH certificate would hold more than clients take.",
        remedy: "Give fewer or shorter principals, options and extensions; the message says how many are taken."
    )
}
