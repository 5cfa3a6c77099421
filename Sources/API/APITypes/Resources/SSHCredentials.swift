import Model

extension ResourceShape {
    package static let sshCredentials = ResourceShape(
        "ssh_credential",
        path: "ssh_credentials",
        idPrefix: "sshcr",
        filters: ["id", "created_at", "description", "metadata", "owner_id", "acl"],
        nothingToChange: .credentialNothingToChange,
        event: "ssh_public_key",
        summary: "Public keys of SSH, with which ssh connects in an agent's place, and what each may bind.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .credentialDescriptionLong),
            .metadata(tooLong: .credentialMetadataLong),
            Field("public_key", .text, create: .required(.sshKeyMissing), "The key, as it stands in a .pub file."),
            .acl, .ownerID, .ownerEmail, .scimUserID, .membershipID,
        ]
    )

    package static let sshCertificateAuthorities = ResourceShape(
        "ssh_certificate_authority",
        path: "ssh_certificate_authorities",
        idPrefix: "sshca",
        nothingToChange: .sshAuthorityNothingToChange,
        summary: "Keys of the edge that sign certificates for hosts and users of SSH.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .sshAuthorityDescriptionLong),
            .metadata(tooLong: .sshAuthorityMetadataLong),
            Field("private_key_type", .text, create: .optional, isRead: false, "ed25519, ecdsa or rsa; else ed25519."),
            Field("elliptic_curve", .text, create: .optional, isRead: false, "For ecdsa: 256, 384 or 521; else 256."),
            Field("key_size", .integer, create: .optional, isRead: false, "For rsa: 2048 or 4096; else 2048."),
            Field("public_key", .text, "The public half, as it stands in a .pub file."),
            Field("key_type", .text, "ed25519, ecdsa or rsa."),
        ]
    )

    package static let sshHostCertificates = ResourceShape(
        "ssh_host_certificate",
        path: "ssh_host_certificates",
        idPrefix: "shcrt",
        filters: nil,
        nothingToChange: .sshCertificateNothingToChange,
        summary: "Certificates by which hosts show clients of SSH who they are.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .sshHostDescriptionLong),
            .metadata(tooLong: .sshHostMetadataLong),
        ] + Self.sshCertificate(unknownAuthority: .sshHostAuthorityUnknown, principals: "The hosts; all where empty.")
    )

    package static let sshUserCertificates = ResourceShape(
        "ssh_user_certificate",
        path: "ssh_user_certificates",
        idPrefix: "sucrt",
        filters: nil,
        nothingToChange: .sshCertificateNothingToChange,
        summary: "Certificates by which users show hosts of SSH who they are.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .sshUserDescriptionLong),
            .metadata(tooLong: .sshUserMetadataLong),
        ] + Self.sshCertificate(unknownAuthority: .sshUserAuthorityUnknown, principals: "The users; all where empty.")
            + [
                Field("critical_options", .texts, create: .optional, "force-command and source-address, say."),
                Field(
                    "extensions",
                    .texts,
                    create: .optional,
                    "What the user may do; permit-pty and permit-user-rc where empty."
                ),
            ]
    )

    private static func sshCertificate(unknownAuthority: ErrorCode, principals: String) -> [Field] {
        [
            Field(
                "ssh_certificate_authority_id",
                .text,
                create: .required(unknownAuthority),
                "The SSH certificate authority that signs it."
            ),
            Field(
                "public_key",
                .text,
                create: .required(.sshCertificateKeyMissing),
                "The key that is certified, as it stands in a .pub file."
            ),
            Field("key_type", .text, "ed25519, ecdsa or rsa."),
            Field("principals", .list(.text), create: .optional, principals),
            Field("valid_after", .timestamp, create: .optional, "From when it is good; else from now."),
            Field("valid_until", .timestamp, create: .optional, "Until when it is good."),
            Field("certificate", .text, "The certificate, as it stands in a -cert.pub file."),
        ]
    }
}
