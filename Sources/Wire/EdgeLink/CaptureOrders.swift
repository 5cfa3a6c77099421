package import Model

/// What accounts want captured of their traffic, as it is in force: one value, replaced whole.
package struct CaptureOrders: Sendable {
    /// Grows with each change; a lower one that arrives late is not applied.
    package let revision: UInt64
    /// Those of accounts that have said something; all others have ``CaptureSettings/standard``.
    package let accounts: [ResourceID<AccountKind>: CaptureSettings]

    package init(revision: UInt64, accounts: [ResourceID<AccountKind>: CaptureSettings]) {
        self.revision = revision
        self.accounts = accounts
    }
}

/// What one account wants captured of the requests to its endpoints (`spec/observability.md` 5).
package struct CaptureSettings: Codable, Sendable, Hashable {
    package enum Mode: String, Codable, Sendable, CaseIterable {
        /// Nothing.
        case off
        /// Who asked for what, and what came of it.
        case metadata
        /// With headers, bodies and the log of policies.
        case full
    }

    package var mode: Mode
    /// Of a thousand requests, so many are captured in full where the mode says so; of the others, metadata are.
    package var fullPerMille: Int
    /// The same for single endpoints, by their URL.
    package var endpoints: [String: Int]
    /// Further names of headers, parameters and cookies whose values are hidden.
    package var maskedNames: [String]

    package init(
        mode: Mode = .metadata,
        fullPerMille: Int = 1000,
        endpoints: [String: Int] = [:],
        maskedNames: [String] = []
    ) {
        self.mode = mode
        self.fullPerMille = fullPerMille
        self.endpoints = endpoints
        self.maskedNames = maskedNames
    }

    package static let standard = CaptureSettings()

    /// How many of a thousand requests to an endpoint are captured in full.
    package func fullPerMille(at endpoint: String) -> Int {
        self.mode == .full ? self.endpoints[endpoint] ?? self.fullPerMille : 0
    }
}
