import Expression

extension VariableTable {
    /// `conn.tls`.
    static let tls: [NamedReader] =
        [
            .init("conn.tls.sni") { .present($0.connection.tls?.serverName) },
            .init("conn.tls.ja4_fingerprint") { .present($0.connection.tls?.ja4Fingerprint) },
            .init("conn.tls.version") { .present($0.connection.tls?.version) },
            .init("conn.tls.cipher_suite") { .present($0.connection.tls?.cipherSuite) },
            .init("conn.tls.negotiated_alpn") { .present($0.connection.tls?.applicationProtocol) },
            // Sessions are not resumed.
            .init("conn.tls.session_resumed") { _ in .bool(false) },
        ] + certificate("conn.tls.client") { $0.connection.tls?.client }
        + certificate("conn.tls.server") { $0.connection.tls?.server }

    private static func certificate(
        _ name: String,
        _ certificate: @escaping @Sendable (Exchange) -> CertificateFacts?
    ) -> [NamedReader] {
        CertificateMembers.all.map { member in
            .init("\(name).\(member.name)") { certificate($0).flatMap { member.value($0.contents) } }
        }
    }
}

/// The values of a certificate's variables, for `conn.tls` and for what `terminate-tls` leaves behind.
enum CertificateMembers {
    struct Member: Sendable {
        let name: String
        let value: @Sendable (CertificateFacts.Contents) -> Value?

        init(_ name: String, _ value: @escaping @Sendable (CertificateFacts.Contents) -> Value?) {
            self.name = name
            self.value = value
        }
    }

    static let all: [Member] = Self.own + Self.name("issuer") { $0.issuer } + Self.name("subject") { $0.subject }

    private static let own: [Member] =
        [
            .init("extensions") { .list($0.extensions.map(Self.extension)) },
            .init("pem") { .present($0.pem) },
            .init("san") { .present($0.alternativeNames) },
            .init("san.dns_names") { .present($0.dnsNames) },
            .init("san.email_addresses") { .present($0.emailAddresses) },
            .init("san.ip_addresses") { .present($0.ipAddresses) },
            .init("san.uris") { .present($0.uris) },
            .init("serial_number") { .present($0.serialNumber) },
            .init("signature_algorithm") { .present($0.signatureAlgorithm) },
            .init("validity.not_before") { $0.notBefore.map(Value.timestamp) },
            .init("validity.not_after") { $0.notAfter.map(Value.timestamp) },
        ]

    private static func name(
        _ prefix: String,
        _ name: @escaping @Sendable (CertificateFacts.Contents) -> CertificateFacts.Name
    ) -> [Member] {
        [
            .init(prefix) { .present(name($0).text) },
            .init("\(prefix).common_name") { .present(name($0).commonName) },
            .init("\(prefix).country") { .present(name($0).country) },
            .init("\(prefix).locality") { .present(name($0).locality) },
            .init("\(prefix).organization") { .present(name($0).organization) },
            .init("\(prefix).organizational_unit") { .present(name($0).organizationalUnit) },
            .init("\(prefix).postal_code") { .present(name($0).postalCode) },
            .init("\(prefix).province") { .present(name($0).province) },
            .init("\(prefix).street_address") { .present(name($0).streetAddress) },
        ]
    }

    private static func `extension`(_ found: CertificateFacts.Extension) -> Value {
        .record([
            ("id", .string(found.id)), ("critical", .bool(found.isCritical)), ("value", .bytes(found.value)),
        ])
    }
}
