import Model

extension ResourceShape {
    package static let reservedDomains = ResourceShape(
        "reserved_domain",
        path: "reserved_domains",
        idPrefix: "rd",
        filters: [
            "id", "created_at", "description", "metadata", "domain", "region", "cname_target", "certificate.id",
            "acme_challenge_cname_target",
        ],
        nothingToChange: .domainNothingToChange,
        event: "domain",
        operations: [
            OperationShape(
                "delete_certificate",
                .delete,
                "{id}/certificate",
                answer: .nothing,
                "Detaches the certificate that was uploaded for the domain."
            ),
            OperationShape(
                "delete_certificate_management_policy",
                .delete,
                "{id}/certificate_management_policy",
                answer: .nothing,
                "Ends the edge's obtaining of certificates for the domain."
            ),
        ],
        summary: "Host names, or wildcards, that belong to the account with everything below them.",
        fields: [
            .id, .uri, .createdAt, .description(tooLong: .domainDescriptionLong),
            .metadata(tooLong: .domainMetadataLong),
            Field(
                "domain",
                .text,
                create: .optional,
                update: .optional,
                "The name: app.example.com, or *.example.com. It does not change."
            ),
            Field("name", .text, create: .optional, isRead: false, "The older spelling of domain."),
            Field("region", .text, create: .optional, "Always empty: use resolves_to."),
            Field("certificate_id", .text, create: .optional, update: .optional, isRead: false, "A TLS certificate."),
            Field("certificate", .reference, isNullable: true, "The certificate that is served."),
            Field(
                "certificate_management_policy",
                .object(Self.certificatePolicy),
                create: .optional,
                update: .optional,
                isNullable: true,
                "How the edge obtains certificates for the domain; null where it does not."
            ),
            Field(
                "certificate_management_status",
                .object(Self.certificateStatus),
                isNullable: true,
                "How far it is with that."
            ),
            Field(
                "resolves_to",
                .list(.object([Field("value", .text, create: .optional, update: .optional, "A region, or global.")])),
                create: .optional,
                update: .optional,
                "The places that the name resolves to; empty for all."
            ),
            Field("cname_target", .text, isNullable: true, "What a CNAME record of the name must point to."),
            Field(
                "acme_challenge_cname_target",
                .text,
                isNullable: true,
                "What a CNAME record of _acme-challenge below the name must point to, for a wildcard."
            ),
            Field("is_dev", .boolean, "Whether it is the domain that the account was given with its start."),
        ]
    )

    package static let certificatePolicy = [
        Field("authority", .text, create: .optional, update: .optional, "letsencrypt: the edge's ACME authority."),
        Field("private_key_type", .text, create: .optional, update: .optional, "ecdsa or rsa."),
    ]

    package static let certificateStatus = [
        Field("renews_at", .timestamp, isNullable: true, "When the certificate will be renewed."),
        Field(
            "provisioning_job",
            .object([
                Field("error_code", .text, isNullable: true, "DNS_ERROR, INTERNAL_ERROR or null."),
                Field("msg", .text, "What is happening, or went wrong."),
                Field("started_at", .timestamp, "When it began."),
                Field("retries_at", .timestamp, isNullable: true, "When it will be tried again."),
            ]),
            isNullable: true,
            "What is under way; null when nothing is."
        ),
    ]
}
