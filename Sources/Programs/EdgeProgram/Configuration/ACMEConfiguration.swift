package import ACME
package import Addressing
package import Model
package import Settings

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
    /// Nil where the edge answers no DNS.
    package let zone: Zone?

    /// The zone that the edge answers for.
    package struct Zone: Sendable {
        package let name: HostName
        package let servers: [HostName]
        package let listeners: [ListenAddress]
    }

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
        self.zone = Self.zone(settings)
        if self.zone != nil, self.recordsProgram != nil {
            settings.refuse("dns_zone", "and dns_program are two ways to the same end; choose one")
        }
    }

    private static func zone(_ settings: SettingsReader) -> Zone? {
        let name = settings.optional(
            "dns_zone",
            .hostName,
            absent: "none: wildcards need dns_program",
            """
            A zone for which the edge answers DNS itself, for `dns-01`: owners of wildcards point `_acme-challenge.NAME` \
            to the name in it that their domain shows as `acme_challenge_cname_target`, with a CNAME record. Its parent \
            must delegate it to the edge with NS records. Nothing but challenges stands in it.
            """
        )
        let servers = settings.value(
            "dns_servers",
            .list(of: .hostName, limit: 8),
            default: [],
            written: "the zone's own name",
            "The names of the zone's servers, as the NS records of its parent have them."
        )
        let listeners = settings.value(
            "dns_listen",
            .list(of: .listenAddress, limit: 8),
            default: [.any(port: 53)],
            "Where DNS is answered for the zone, over UDP and TCP."
        )
        return name.map { Zone(name: $0, servers: servers, listeners: listeners) }
    }
}
