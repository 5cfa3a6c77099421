package import Firewall
import Settings

/// The rules of the `owasp-crs-…` actions, and what they may take.
package struct FirewallSettings: Sendable {
    package let firewall: FirewallConfiguration

    init(from settings: SettingsReader, cores: Int) {
        let standard = FirewallConfiguration()
        var firewall = FirewallConfiguration()
        firewall.rules = settings.value(
            "rules",
            .path,
            default: standard.rules,
            """
            The folder with the files of the OWASP core rule set, version 3.3 or 4. They are read, and libmodsecurity 3 \
            is loaded, when the first policy that wants them is attached; changed files need a restart.
            """
        )
        firewall.setup = settings.optional(
            "setup",
            .path,
            absent: "`crs-setup.conf` in the folder above the rules or in `/etc/modsecurity/crs`, if there is one",
            """
            The file that sets the rules up. `REQUEST-900-….conf` and `RESPONSE-999-….conf` beside it are read too, before \
            and after the rules.
            """
        )
        firewall.paranoiaLevel = settings.optional(
            "paranoia_level",
            .integer(in: 1...4),
            absent: "what the setup says; 1",
            "How much is suspicious. Each level above 1 takes more attacks, and more harmless requests, for one."
        )
        firewall.inboundThreshold = settings.optional(
            "inbound_threshold",
            .integer(in: 1...10_000),
            absent: "what the setup says; 5",
            "The score from which on a request is denied. One critical rule gives 5."
        )
        firewall.outboundThreshold = settings.optional(
            "outbound_threshold",
            .integer(in: 1...10_000),
            absent: "what the setup says; 4",
            "The same for responses. One rule of severity error gives 4."
        )
        firewall.bodyBytes = settings.value(
            "body_bytes",
            .bytes(in: 1024...1 << 20),
            default: standard.bodyBytes,
            """
            How much of a body is looked at where an action says `process_body`. What follows goes on unseen. Rules take \
            the longer the more there is.
            """
        )
        firewall.threads = settings.value(
            "threads",
            .integer(in: 1...256, of: "threads"),
            default: cores,
            written: "the processor cores that the process may use",
            "The threads that run the rules. They are started for the first request."
        )
        firewall.queue = settings.value(
            "queue",
            .integer(in: 1...100_000, of: "requests"),
            default: standard.queue,
            """
            How many requests and responses may wait for one of the threads. One more, or one that has waited for two \
            seconds, gets 503 and ERR_PORTICO_743, or goes on unseen where the action says `on_error: continue`.
            """
        )
        self.firewall = firewall
    }
}
