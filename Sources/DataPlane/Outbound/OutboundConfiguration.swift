package import Addressing

/// What the edge's own requests may reach, and how much of it they may take.
package struct OutboundConfiguration: Sendable {
    /// Whether policies may ask hosts outside. Documents of providers are fetched either way.
    package var isOpen = false
    package var rules = OutboundRules()
    /// Authorities that are trusted beside those of the system, as PEM; empty for none.
    package var authorities = ""
    /// Requests under way at the same time; more are refused.
    package var requests = 256
    /// The same for one account, so that none takes all.
    package var requestsPerAccount = 64

    package init() {}
}
