import Settings

/// How TLS is ended.
package struct TLSConfiguration: Sendable {
    package let requiresServerName: Bool
    package let certificates: [CertificateFiles]

    init(from settings: SettingsReader) {
        self.requiresServerName = settings.value(
            "require_sni",
            .bool,
            default: true,
            """
            Whether a visitor must name the host that it wants (SNI) to get a handshake. When it need not, one that \
            doesn't gets the default certificate.
            """
        )
        self.certificates = settings.records(
            "certificates",
            limit: 1000,
            """
            Certificates that visitors and agents are shown in place of the edge's own, for the names that stand in them; \
            one of `*.example.com` is shown for `a.example.com` and not for `a.b.example.com`. The first one that has a \
            name is shown for it.
            """,
            CertificateFiles.init
        )
        if self.certificates.count(where: \.isDefault) > 1 {
            settings.refuse("certificates", "has more than one that is the default")
        }
    }
}

/// A certificate and its key, as others than the edge keep them.
package struct CertificateFiles: Sendable {
    /// Path of the chain.
    package let chain: String
    /// Path of the key.
    package let key: String
    package let isDefault: Bool

    init?(from settings: SettingsReader) {
        let chain = settings.required(
            "certificate",
            .path,
            "A file in PEM: the certificate, and those behind it that lead to its authority."
        )
        let key = settings.required(
            "key",
            .path,
            "A file in PEM with its private key, which only the user that runs the edge may read (mode 0600 or 0400)."
        )
        self.isDefault = settings.value(
            "default",
            .bool,
            default: false,
            "Whether it is shown where no certificate has the name. Without one: the edge's own."
        )
        guard let chain, let key else { return nil }
        self.chain = chain
        self.key = key
    }
}
