import Model

extension ResourceShape {
    package static let tlsCertificates = ResourceShape(
        "tls_certificate",
        path: "tls_certificates",
        idPrefix: "cert",
        filters: [
            "id", "created_at", "description", "metadata", "subject_common_name", "not_before", "not_after",
            "serial_number",
        ],
        nothingToChange: .certificateNothingToChange,
        summary: "Certificates with their private keys, for domains of the account.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .certificateDescriptionLong),
            .metadata(tooLong: .certificateMetadataLong),
            Field(
                "certificate_pem",
                .text,
                create: .required(.certificateMissing),
                "The chain in PEM, leaf first, each signed by the next."
            ),
            Field(
                "private_key_pem",
                .text,
                create: .required(.certificateKeyMissing),
                isRead: false,
                "The private key of the leaf in PEM, not encrypted. It is not shown again."
            ),
            Field("subject_common_name", .text, "The common name of the leaf."),
            Field(
                "subject_alternative_names",
                .object([
                    Field("dns_names", .list(.text), "Host names and wildcards."),
                    Field("ips", .list(.text), "Addresses."),
                ]),
                "What the leaf is for."
            ),
            Field("issued_at", .timestamp, isNullable: true, "When the edge obtained it; null if it was uploaded."),
            .notBefore, .notAfter, .keyUsages, .extendedKeyUsages,
            Field("private_key_type", .text, "rsa, ecdsa or ed25519."),
            Field("issuer_common_name", .text, "The common name of the leaf's issuer."),
            Field("serial_number", .text, "The serial number of the leaf, in hexadecimal."),
            Field("subject_organization", .text, "The organization of the leaf."),
            Field("subject_organizational_unit", .text, "The organizational unit of the leaf."),
            Field("subject_locality", .text, "The locality of the leaf."),
            Field("subject_province", .text, "The province of the leaf."),
            Field("subject_country", .text, "The country of the leaf."),
        ]
    )

    package static let certificateAuthorities = ResourceShape(
        "certificate_authority",
        path: "certificate_authorities",
        idPrefix: "ca",
        filters: ["id", "created_at", "description", "metadata", "subject_common_name", "not_before", "not_after"],
        nothingToChange: .authorityNothingToChange,
        summary: "Certificates of authorities whose client certificates are let in.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .authorityDescriptionLong),
            .metadata(tooLong: .authorityMetadataLong),
            Field("ca_pem", .text, create: .required(.authorityMissing), "One certificate in PEM."),
            Field("subject_common_name", .text, "The common name of the authority."),
            .notBefore, .notAfter, .keyUsages, .extendedKeyUsages,
        ]
    )
}

extension Field {
    fileprivate static let notBefore = Field("not_before", .timestamp, "From when the certificate is good.")
    fileprivate static let notAfter = Field("not_after", .timestamp, "Until when the certificate is good.")
    fileprivate static let keyUsages = Field("key_usages", .list(.text), "What its key may do, as cert_sign.")
    fileprivate static let extendedKeyUsages = Field(
        "extended_key_usages",
        .list(.text),
        "What it may be used for, as server_auth."
    )
}
