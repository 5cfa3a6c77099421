package import ACME
package import Model
import Settings

/// Where the edge obtains certificates for the domains of its accounts.
package struct ACMEConfiguration: Sendable {
    package enum Challenge: String, Sendable, CaseIterable {
        case http = "http-01"
        case tlsALPN = "tls-alpn-01"
    }

    package struct External: Sendable {
        package let identifier: String
        package let key: Secret
    }

    /// Nil where certificates are not obtained.
    package let directory: ACMEURL?
    package let email: String?
    package let external: External?
    /// Path of a file; nil for the authorities of the system.
    package let authorities: String?
    package let challenges: [Challenge]
    /// Path of a program; nil for none.
    package let recordsProgram: String?

    init(from settings: SettingsReader) {
        let directory = settings.optional(
            "directory",
            .text("URL", maxBytes: 512),
            absent: "none: certificates are not obtained",
            """
            The directory of an ACME server (RFC 8555), as its authority publishes it; for Let's Encrypt \
            `https://acme-v02.api.letsencrypt.org/directory`. Domains below no base domain get their certificates there \
            when they are reserved, unless they name one that was uploaded. Who sets this agrees to the authority's terms.
            """
        )
        self.directory = directory.flatMap { ACMEURL($0) }
        if directory != nil, self.directory == nil {
            settings.refuse("directory", "is no URL that begins with https://")
        }
        self.email = settings.optional(
            "email",
            .text("address", maxBytes: 254),
            absent: "none",
            "Where the authority may write to."
        )
        let identifier = settings.optional(
            "eab_key_id",
            .text("identifier", maxBytes: 512),
            absent: "none",
            "The identifier of the account that the authority wants this one to belong to (external account binding)."
        )
        let key = settings.optional("eab_key", .secret(), absent: "none", "The key of that account, in base64url.")
        switch (identifier, key) {
        case (let identifier?, let key?): self.external = External(identifier: identifier, key: key)
        case (nil, nil): self.external = nil
        default:
            self.external = nil
            settings.refuse("eab_key_id", "and eab_key must be given together")
        }
        self.authorities = settings.optional(
            "authorities",
            .path,
            absent: "those of the system",
            "A file of certificates in PEM: the authorities that the ACME server's own certificate may come from."
        )
        self.challenges = settings.value(
            "challenges",
            .list(of: .choice("challenge"), limit: 2),
            default: Challenge.allCases,
            """
            How the authority may look whether a name leads here, the preferred first: by a file, which it asks for on \
            port 80, or in a TLS handshake on port 443.
            """
        )
        self.recordsProgram = settings.optional(
            "dns_program",
            .path,
            absent: "none: wildcards get no certificate",
            """
            A program that writes DNS records, for `dns-01`, which wildcards need. It is run as \
            `PROGRAM present|withdraw _acme-challenge.NAME VALUE`, and ends with status 0 when the TXT record is \
            there for everybody.
            """
        )
    }
}
