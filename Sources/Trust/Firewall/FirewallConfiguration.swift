/// Which rules a firewall has, and what it may take.
package struct FirewallConfiguration: Sendable, Hashable {
    /// The folder with the files of the core rule set, 3.3 or 4.
    package var rules = "/usr/share/modsecurity-crs/rules"
    /// The file that sets the rules up; nil to look where it stands as a rule (``RuleFiles``).
    package var setup: String?
    /// 1 to 4; nil for what the setup says, which is 1 where it says nothing.
    package var paranoiaLevel: Int?
    /// The score from which on a request is denied; nil for what the setup says, which is 5 where it says nothing.
    package var inboundThreshold: Int?
    /// The same for responses; 4 where nobody says.
    package var outboundThreshold: Int?
    /// How much of a body is looked at; what follows is not.
    package var bodyBytes = 4096
    /// The threads that run the rules.
    package var threads = 2
    /// How many exchanges may wait for a thread. One more is refused.
    package var queue = 256
    /// How long an exchange may wait for a thread. One that waited longer is refused.
    package var patience = Duration.seconds(2)

    package init() {}
}

/// Why a firewall cannot say anything about an exchange.
package enum FirewallError: Error, Sendable, Hashable {
    /// The library is not installed, in words of the system's loader.
    case noLibrary(String)
    /// The path has no rules.
    case noRules(String)
    /// The rules cannot be read, in words of the library.
    case wrongRules(String)
    /// More exchanges wait than may.
    case busy
    /// The library gave up on the exchange.
    case failed
}

extension FirewallError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noLibrary(let words):
            "libmodsecurity 3 is missing (on Debian: apt-get install libmodsecurity3 modsecurity-crs): \(words)"
        case .noRules(let path):
            "there are no rules of the OWASP core rule set in \(path) (on Debian: apt-get install modsecurity-crs)"
        case .wrongRules(let words): "the firewall's rules cannot be read: \(words)"
        case .busy: "the firewall has more to look at than it can"
        case .failed: "the firewall's engine gave up on this exchange"
        }
    }
}
