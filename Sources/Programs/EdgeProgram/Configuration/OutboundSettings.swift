package import Addressing
import Settings

/// What the edge asks of other hosts because a policy wants it.
package struct OutboundSettings: Sendable {
    package enum Scheme: String, Sendable, CaseIterable { case http, https }

    package let isOpen: Bool
    package let schemes: [Scheme]
    package let ports: [Int]
    package let networks: [IPPrefix]
    /// Path of a file; nil for none.
    package let authorities: String?
    package let requests: Int
    package let abuseContact: String?

    init(from settings: SettingsReader) {
        self.isOpen = settings.value(
            "enabled",
            .bool,
            default: false,
            """
            Whether the `http-request` action may ask hosts outside, and not internal endpoints alone. The edge then makes requests that whoever writes a \
            policy chooses, from inside its network; addresses that are not public are refused all the same.
            """
        )
        self.schemes = settings.value(
            "schemes",
            .list(of: .choice("scheme"), limit: 2),
            default: Scheme.allCases,
            "How."
        )
        self.ports = settings.value(
            "ports",
            .list(of: .integer(in: 1...65535), limit: 256),
            default: [80, 443, 8080, 8443],
            "The ports that may be connected to."
        )
        self.networks = settings.value(
            "allow_networks",
            .list(of: .addressRange, limit: 256),
            default: [],
            """
            Ranges of addresses that may be reached although they are not public: loopback, private and link-local ones, \
            and whatever else is special. An address is checked after its name was looked up, and then connected to; a \
            name with one address that is refused is refused.
            """
        )
        self.authorities = settings.optional(
            "authorities",
            .path,
            absent: "none",
            "A file of certificates in PEM: authorities that are trusted beside those of the system."
        )
        self.requests = settings.value(
            "requests",
            .integer(in: 1...10_000, of: "requests"),
            default: 256,
            "The most that are under way at the same time. An account may have a quarter of them."
        )
        self.abuseContact = settings.optional(
            "abuse_contact",
            .text("URL", maxBytes: 512),
            absent: "none",
            "A URL for those who want to complain of such requests: it goes with each, as `ngrok-report-abuse`."
        )
    }
}
