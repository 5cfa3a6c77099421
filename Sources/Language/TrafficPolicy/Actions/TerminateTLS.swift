import Model

/// How a visitor's TLS ends at the edge (`spec/traffic-policy.md` 4.24).
package struct TerminateTLSConfiguration: Sendable, Hashable {
    package enum Version: String, Sendable, Hashable, CaseIterable {
        case tls12 = "1.2", tls13 = "1.3"
    }

    package enum Verification: String, Sendable, Hashable, CaseIterable {
        case requireAndVerify = "require-and-verify", requireAny = "require-any", request
    }

    package enum Authority: Sendable, Hashable {
        /// An identifier that begins with `ca_`.
        case identifier(String)
        case pem(TemplateSource)
    }

    package struct Identity: Sendable, Hashable {
        package let certificate: TemplateSource
        package let privateKey: TemplateSource
    }

    package let minVersion: Version
    package let maxVersion: Version
    /// Nil for the platform's certificate.
    package let identity: Identity?
    package let authorities: [Authority]
    package let verification: Verification

    init?(_ fields: FieldReader) {
        self.minVersion = fields.value(
            "min_version",
            .choice(),
            default: .tls12,
            shown: "1.2",
            "The oldest version of TLS."
        )
        self.maxVersion = fields.value(
            "max_version",
            .choice(),
            default: .tls13,
            shown: "1.3",
            "The newest version of TLS."
        )
        let key = fields.optional(
            "server_private_key",
            .secretTemplate(bytes: 65536).described("PEM text"),
            "The key of the certificate."
        )
        let certificate = fields.optional(
            "server_certificate",
            .pem(.serverKeyPair),
            "The certificate, with its chain."
        )
        self.authorities =
            fields.optional(
                "mutual_tls_certificate_authorities",
                .list(of: .authority, 0...100),
                """
                Who may have signed certificates of visitors: PEM, or identifiers `ca_…`. A PEM text may hold lists of \
                what its authorities have revoked (`X509 CRL`) beside their certificates.
                """
            ) ?? []
        self.verification = fields.value(
            "mutual_tls_verification_strategy",
            .choice(),
            default: .requireAndVerify,
            shown: "require-and-verify",
            "What is asked of visitors' certificates."
        )
        guard self.minVersion.rawValue <= self.maxVersion.rawValue else {
            fields.report(.policyRange, field: "max_version", "max_version is older than min_version")
            return nil
        }
        guard fields.has("server_private_key") == fields.has("server_certificate") else {
            let (there, missing) =
                fields.has("server_private_key")
                ? ("server_private_key", "server_certificate") : ("server_certificate", "server_private_key")
            let words = "\"\(missing)\" is needed beside \"\(there)\""
            fields.report(.policyFieldNeeded, field: there, words, isSecret: true)
            return nil
        }
        self.identity = key.flatMap { key in certificate.map { Identity(certificate: $0, privateKey: key) } }
    }
}

extension FieldType where Value == TemplateSource {
    fileprivate static func pem(_ code: ErrorCode) -> Self {
        var type = FieldType<TemplateSource>.template().checked { template, node, path, context -> TemplateSource? in
            guard let text = template.literal, !text.contains("-----BEGIN CERTIFICATE-----") else { return template }
            context.report(code, at: node, path: path, "no PEM certificate is in this text")
            return nil
        }
        type.words = "PEM text"
        return type
    }
}

extension FieldType where Value == TerminateTLSConfiguration.Authority {
    fileprivate static var authority: Self {
        FieldType<TemplateSource>.template().described("PEM text or identifier").checked {
            template,
            node,
            path,
            context -> TerminateTLSConfiguration.Authority? in
            guard let text = template.literal else { return .pem(template) }
            if text.wholeMatch(of: /ca_[0-9A-Za-z_]{1,60}/) != nil { return .identifier(text) }
            if text.contains("-----BEGIN CERTIFICATE-----") { return .pem(template) }
            context.report(.clientAuthority, at: node, path: path, "this is no PEM certificate, and no identifier ca_…")
            return nil
        }
    }
}

extension TerminateTLSConfiguration {
    static let description = ActionDescription(
        .terminateTLS,
        "Ends the visitor's TLS here, with settings of its own; asks for client certificates where it is told to.",
        phases: [.tcpConnect],
        results: [
            ResultVariable("terminate_tls.cipher_suite", .string, "The IANA name."),
            ResultVariable("terminate_tls.sni", .string, "The name that the visitor asked for."),
            ResultVariable("terminate_tls.version", .string, "`1.2` or `1.3`."),
            ResultVariable("terminate_tls.warnings", .list(.string), "Authorities that could not be read."),
            ResultVariable("terminate_tls.error_code", .string, "The same as `error.code`."),
            ResultVariable("terminate_tls.error_message", .string, "The same as `error.message`."),
        ] + ResultVariable.errors(of: "terminate_tls")
            + CertificateVariables.members(ofPEM: false).map {
                ResultVariable("terminate_tls.client.\($0.name)", $0.type, $0.meaning)
            }
            + CertificateVariables.members(ofPEM: false).map {
                ResultVariable("terminate_tls.server.\($0.name)", $0.type, $0.meaning)
            },
        notes: [
            "It works on https and tls endpoints. A tls endpoint passes TLS on without it.",
            "A handshake that fails closes the connection.",
            """
            The last action that runs counts. Expressions behind it that ask for `conn.tls.version`, `conn.tls.client` and \
            the like have the handshake answered first; another action behind them must say the same, or the connection is \
            closed.
            """,
            """
            `require-and-verify` asks for a certificate that an authority has signed, that is in its time, may be used by \
            clients, and stands on no list of revocations. Where an authority has a list that is over its time, none of its \
            certificates is let in. `require-any` looks at nothing of that. With `request`, a visitor is let in whatever it \
            shows; a certificate that does not count is as none, and `warnings` says why.
            """,
            """
            An authority that is not there any more vouches for nobody. Visitors who are asked for a certificate are asked \
            again on each connection: their sessions are not resumed. A request for this endpoint that comes over a \
            connection of another one is answered with 421.
            """,
        ],
        example: """
            on_tcp_connect:
              - actions:
                  - type: terminate-tls
                    config:
                      min_version: "1.3"
                      mutual_tls_certificate_authorities:
                        - ca_2bL9rQ4sT8uV1wX3yZ5a
            """
    ) { TerminateTLSConfiguration($0).map(ActionConfiguration.terminateTLS) }
}
