extension PolicyVariable {
    /// `conn`, `conn.geo`.
    static let connection: [PolicyVariable] =
        [
            .init("conn.bytes_in", .int, http, "Bytes from the visitor so far."),
            .init("conn.bytes_out", .int, http, "Bytes to the visitor so far."),
            .init("conn.client_ip", .string, everywhere, "The visitor's address."),
            .init("conn.client_port", .int, everywhere, "The visitor's port."),
            .init("conn.server_ip", .string, everywhere, "The address that the visitor connected to."),
            .init("conn.server_port", .int, everywhere, "The port that the visitor connected to."),
            .init("conn.server_region", .string, everywhere, "The name of this edge's location."),
            .init("conn.ts.start", .timestamp, everywhere, "When the connection was accepted."),
        ]
        + ["city", "country", "country_code", "latitude", "longitude", "radius", "subdivision"].map {
            .init("conn.geo.\($0)", .string, everywhere, "Where the visitor is; empty when that is not known.")
        }

    /// What is known of the two addresses of a connection.
    static let addresses: [PolicyVariable] = ["conn.client_ip", "conn.server_ip"].flatMap { address in
        [
            PolicyVariable("\(address).categories", .list(.string), everywhere, "Categories that the address is in."),
            PolicyVariable("\(address).is_on_blocklist", .bool, everywhere, "Whether one of them is a blocklist."),
            PolicyVariable("\(address).is_tor_node", .bool, everywhere, "Whether it is a node of Tor."),
            PolicyVariable("\(address).as.number", .int, everywhere, "The number of its autonomous system."),
            PolicyVariable("\(address).as.organization", .string, everywhere, "Whose that system is."),
        ] + place("\(address).geo.location", Self.locationMembers, "Where the address is used.")
            + place("\(address).geo.registered_location", Self.registrationMembers, "Where the address is registered.")
    }

    private static let registrationMembers = [
        "city", "continent", "country", "country_code", "metro_code", "subdivision", "timezone",
    ]
    private static let locationMembers = registrationMembers + ["latitude", "longitude", "postal_code", "radius"]

    private static func place(_ name: String, _ members: [String], _ meaning: String) -> [PolicyVariable] {
        members.map { PolicyVariable("\(name).\($0)", .string, everywhere, meaning) }
            + [PolicyVariable("\(name).is_eu", .bool, everywhere, "Whether that is in the European Union.")]
    }

    /// `conn.tls`; before the handshake most of them are zero.
    static let tls: [PolicyVariable] =
        [
            PolicyVariable("conn.tls.sni", .string, everywhere, "The name that the visitor asked for."),
            PolicyVariable("conn.tls.ja4_fingerprint", .string, everywhere, "The JA4 fingerprint of its ClientHello."),
            PolicyVariable("conn.tls.version", .string, everywhere, "`1.2` or `1.3`."),
            PolicyVariable("conn.tls.cipher_suite", .string, everywhere, "The IANA name."),
            PolicyVariable("conn.tls.negotiated_alpn", .string, everywhere, "`h2`, `http/1.1` or empty."),
            PolicyVariable("conn.tls.session_resumed", .bool, everywhere, "Always false."),
        ] + certificate("client", hasPEM: true) + certificate("server", hasPEM: false)

    private static func certificate(_ side: String, hasPEM: Bool) -> [PolicyVariable] {
        CertificateVariables.members(ofPEM: hasPEM).map {
            PolicyVariable("conn.tls.\(side).\($0.name)", $0.type, everywhere, $0.meaning)
        }
    }

    /// `conn.k8s.pod`, through endpoints that are bound to a cluster.
    static let pod: [PolicyVariable] = [
        .init("conn.k8s.pod.id", .string, everywhere, "The UID of the pod that connected."),
        .init("conn.k8s.pod.metadata.name", .string, everywhere, "Its name."),
        .init("conn.k8s.pod.metadata.namespace", .string, everywhere, "Its namespace."),
        .init(
            "conn.k8s.pod.metadata.annotations",
            .map(.string),
            everywhere,
            "Those of its annotations that are ours."
        ),
        .init("conn.k8s.pod.metadata.error_code", .string, everywhere, "Why nothing is known of it; empty when it is."),
        .init("conn.k8s.pod.metadata.error_message", .string, everywhere, "The same in words."),
    ]

    /// `endpoint` and `time`.
    static let endpoint: [PolicyVariable] = [
        .init("endpoint.addr", .string, everywhere, "Host and port of the endpoint."),
        .init("endpoint.host", .string, everywhere, "Its host."),
        .init("endpoint.id", .string, everywhere, "Its identifier, `ep_…`."),
        .init("endpoint.port", .int, everywhere, "Its port."),
        .init("endpoint.protocol", .string, everywhere, "`http`, `https`, `tcp` or `tls`."),
        .init("endpoint.url", .string, everywhere, "Its URL."),
        .init("time.now", .string, everywhere, "The time in UTC (RFC 3339), read once for a phase."),
    ]
}
