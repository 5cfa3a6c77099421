extension ErrorCode {
    /// What is wrong with a certificate that is uploaded (`spec/endpoints.md` 9.5, `spec/api.md` 3.4 and 3.5).
    static let apiCertificates: [ErrorCode] = [
        .certificateUnreadable, .certificateKeyMissing, .certificateKeyEncrypted, .certificateKeyUnreadable,
        .certificatePEMHeaders, .authorityPEMType, .authorityTooMany, .authorityIsNone, .certificateDescriptionLong,
        .certificateMetadataLong, .authorityDescriptionLong, .authorityMetadataLong, .authorityMissing,
        .authorityUnreadable, .certificateTooLarge, .certificateMissing, .certificateKeyOfOther,
        .certificateKeyIsCertificate, .certificateIsKey, .certificateChain, .certificateManaged, .certificateInUse,
        .certificateNothingToChange, .authorityNothingToChange,
    ]

    package static let certificateUnreadable = ErrorCode(
        1900,
        status: 400,
        meaning: "A certificate cannot be read.",
        remedy: "Upload X.509 certificates in PEM, the leaf first."
    )

    package static let certificateKeyMissing = ErrorCode(
        1901,
        status: 400,
        meaning: "There is no private key in PEM.",
        remedy: "Give private_key_pem, with its BEGIN and END lines."
    )

    package static let certificateKeyEncrypted = ErrorCode(
        1902,
        status: 400,
        meaning: "The private key is encrypted.",
        remedy: "Decrypt it first, as with openssl pkey."
    )

    package static let certificateKeyUnreadable = ErrorCode(
        1903,
        status: 400,
        meaning: "The private key cannot be read, or is of a type that is not served.",
        remedy: "Use an RSA key of 2048 bits or more, an ECDSA key on P-256, P-384 or P-521, or an Ed25519 key."
    )

    package static let certificatePEMHeaders = ErrorCode(
        1910,
        status: 400,
        meaning: "The PEM has headers between BEGIN and the data.",
        remedy: "Remove the headers."
    )

    package static let authorityPEMType = ErrorCode(
        1911,
        status: 400,
        meaning: "The PEM of a certificate authority holds something that is no certificate.",
        remedy: "Upload one block of the type CERTIFICATE."
    )

    package static let authorityTooMany = ErrorCode(
        1912,
        status: 400,
        meaning: "The PEM of a certificate authority holds more than one certificate.",
        remedy: "Upload each of them on its own."
    )

    package static let authorityIsNone = ErrorCode(
        1913,
        status: 400,
        meaning: "The certificate is none of a certificate authority.",
        remedy: "Upload a certificate whose basic constraints say that it is an authority."
    )

    package static let certificateDescriptionLong = ErrorCode(
        1914,
        status: 400,
        meaning: "The description of a TLS certificate is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let certificateMetadataLong = ErrorCode(
        1915,
        status: 400,
        meaning: "The metadata of a TLS certificate is longer than 4096 bytes.",
        remedy: "Shorten it."
    )

    package static let authorityDescriptionLong = ErrorCode(
        1916,
        status: 400,
        meaning: "The description of a certificate authority is longer than 255 bytes.",
        remedy: "Shorten it."
    )

    package static let authorityMetadataLong = ErrorCode(
        1917,
        status: 400,
        meaning: "The metadata of a certificate authority is longer than 4096 bytes.",
        remedy: "Shorten it."
    )

    package static let authorityMissing = ErrorCode(
        1919,
        status: 400,
        meaning: "There is no PEM of a certificate authority.",
        remedy: "Give ca_pem, with its BEGIN and END lines."
    )

    package static let authorityUnreadable = ErrorCode(
        1920,
        status: 400,
        meaning: "The certificate of a certificate authority cannot be read.",
        remedy: "Upload one X.509 certificate in PEM."
    )

    package static let certificateTooLarge = ErrorCode(
        1921,
        status: 400,
        meaning: "The PEM is larger than an upload may be.",
        remedy: "Leave out certificates that are not needed; the message says how much is taken."
    )

    package static let certificateMissing = ErrorCode(
        1922,
        status: 400,
        meaning: "There is no certificate in PEM.",
        remedy: "Give certificate_pem, with its BEGIN and END lines."
    )

    package static let certificateKeyOfOther = ErrorCode(
        1923,
        status: 400,
        meaning: "The certificate and the private key do not belong together.",
        remedy: "Upload the key that the certificate was issued for."
    )

    package static let certificateKeyIsCertificate = ErrorCode(
        1924,
        status: 400,
        meaning: "What was given as the private key is a certificate.",
        remedy: "Exchange the two members, or give the key."
    )

    package static let certificateIsKey = ErrorCode(
        1925,
        status: 400,
        meaning: "What was given as the certificate is a private key.",
        remedy: "Exchange the two members, or give the certificate."
    )

    package static let certificateChain = ErrorCode(
        1926,
        status: 400,
        meaning: "A certificate of the chain was not signed by the one that follows.",
        remedy: "Put the leaf first, and behind each certificate the one that signed it."
    )

    package static let certificateManaged = ErrorCode(
        1966,
        status: 400,
        meaning: "The certificate was obtained by the edge for a domain and cannot be deleted by itself.",
        remedy: "Remove the certificate management policy from the domain, or delete the domain."
    )

    package static let certificateInUse = ErrorCode(
        100608,
        status: 409,
        meaning: "A domain serves the TLS certificate.",
        remedy: "Give the domain another certificate first, or delete the domain."
    )

    package static let certificateNothingToChange = ErrorCode(
        100609,
        status: 400,
        meaning: "The request changes nothing of the TLS certificate.",
        remedy: "Send at least one member with a value."
    )

    package static let authorityNothingToChange = ErrorCode(
        100610,
        status: 400,
        meaning: "The request changes nothing of the certificate authority.",
        remedy: "Send at least one member with a value."
    )
}
