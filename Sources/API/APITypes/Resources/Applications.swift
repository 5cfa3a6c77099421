import Model

extension ResourceShape {
    package static let applicationUsers = ResourceShape(
        "application_user",
        path: "app/users",
        envelope: "application_users",
        idPrefix: "au",
        verbs: [.list, .get, .delete],
        filters: nil,
        summary: "Visitors whom a policy had signed in. Deleting one ends all of their sessions.",
        fields: [
            .id, .uri,
            Field(
                "identity_provider",
                .object([
                    Field("name", .text, "What the provider is called."), Field("url", .text, "Where it is found."),
                ]),
                "Who vouches for the visitor."
            ),
            Field("provider_user_id", .text, "What the provider calls the visitor."),
            Field("username", .text, "The name to sign in with."),
            Field("email", .text, "The e-mail address."),
            Field("name", .text, "The name for people."),
            .createdAt,
            Field("last_active", .timestamp, "When the visitor came last."),
            Field("last_login", .timestamp, "When the visitor was signed in last."),
        ]
    )

    package static let applicationSessions = ResourceShape(
        "application_session",
        path: "app/sessions",
        envelope: "application_sessions",
        idPrefix: "as",
        verbs: [.list, .get, .delete],
        filters: nil,
        summary: "Sessions of visitors whom a policy had signed in. Deleting one signs the visitor out.",
        fields: [
            .id, .uri,
            Field("public_url", .text, "The endpoint's URL."),
            Field("browser_session", .object(Self.browserSession), "With what the visitor came."),
            Field("application_user", .reference, "The visitor."),
            .createdAt,
            Field("last_active", .timestamp, "When the visitor came last."),
            Field("expires_at", .timestamp, "When the visitor must be signed in again."),
            Field("endpoint", .reference, "The endpoint."),
            Field("edge", .reference, isNullable: true, "Always null."),
            Field("route", .reference, isNullable: true, "Always null."),
        ]
    )

    private static let browserSession = [
        Field(
            "user_agent",
            .object([
                Field("raw", .text, "The header."), Field("browser_name", .text, "The browser."),
                Field("browser_version", .text, "Its version."), Field("device_type", .text, "The device."),
                Field("os_name", .text, "The operating system."), Field("os_version", .text, "Its version."),
            ]),
            "The User-Agent header, and what it says."
        ),
        Field("ip_address", .text, "The visitor's address."),
        Field(
            "location",
            .object([
                Field("country_code", .text, "Two letters; empty where it is not known."),
                Field("latitude", .number, isNullable: true, "In degrees."),
                Field("longitude", .number, isNullable: true, "In degrees."),
                Field("lat_long_radius_km", .integer, isNullable: true, "How far it may be from there."),
            ]),
            isNullable: true,
            "Where the address is; null where it is not known."
        ),
    ]

    package static let abuseReports = ResourceShape(
        "abuse_report",
        path: "abuse_reports",
        idPrefix: "abrp",
        verbs: [.create, .get],
        filters: nil,
        summary: "Reports of URLs that do harm, for the operator of the edge.",
        fields: [
            .id, .uri, .createdAt,
            Field("urls", .list(.text), create: .required(.abuseReportURLs), "What is reported."),
            .metadata(),
            Field("status", .text, "PENDING, PROCESSED or PARTIALLY_PROCESSED."),
            Field(
                "hostnames",
                .list(
                    .object([
                        Field("hostname", .text, "The host of a URL."),
                        Field("status", .text, "PENDING, BANNED, UNBANNED or IGNORE."),
                    ])
                ),
                "The hosts of the URLs, and what became of each."
            ),
        ]
    )
}
