import Addressing
import Model
import Store

/// Which addresses may use the parts of accounts, as it is in force: a copy of what the store has, so that nobody who
/// asks waits for it.
struct IPRestrictions {
    typealias Part = IPRestrictionRecord.Part

    /// Those of one account.
    struct OfAccount: Sendable, Equatable {
        /// By the part that they protect.
        var parts: [Part: Restriction] = [:]
        /// The records that they were made of: when one of them goes, they are made anew.
        var sources: Set<String> = []
    }

    struct Restriction: Sendable, Equatable {
        let list: IPAccessList
        /// Whether others are refused, and not only noticed.
        let isEnforced: Bool

        /// Whether an address may come. One that is not known may not.
        func allows(_ address: IPAddress?) -> Bool {
            address.map { self.list.decision(for: $0) == .allow } ?? false
        }
    }

    private(set) var accounts: [ResourceID<AccountKind>: OfAccount] = [:]
    /// Whether all that the store had has been read once.
    var isLoaded = false
    /// Accounts whose records could not be read when they changed.
    var unread: Set<ResourceID<AccountKind>> = []

    private var lastReading: UInt64 = 0
    private var readings: [ResourceID<AccountKind>: UInt64] = [:]

    /// The number of a reading of the store that begins now.
    mutating func beginReading() -> UInt64 {
        self.lastReading += 1
        return self.lastReading
    }

    /// Takes in what a reading found, unless a later one has been taken in.
    ///
    /// - Returns: whether the account is restricted, or was before.
    mutating func take(
        _ found: OfAccount,
        for account: ResourceID<AccountKind>,
        reading: UInt64
    ) -> Bool {
        let before = self.accounts[account]
        if reading > self.readings[account] ?? 0 {
            self.accounts[account] = found.parts.isEmpty ? nil : found
            self.readings[account] = reading
        }
        return before != nil || !found.parts.isEmpty
    }

    /// The accounts for which a record counts that was deleted.
    func accounts(using record: String) -> [ResourceID<AccountKind>] {
        self.accounts.filter { $0.value.sources.contains(record) }.map(\.key)
    }

    /// The lists of public endpoints that are enforced.
    var visitors: [ResourceID<AccountKind>: IPAccessList] {
        self.accounts.compactMapValues { account in
            account.parts[.endpoints].flatMap { $0.isEnforced ? $0.list : nil }
        }
    }
}

extension IPRestrictions.OfAccount {
    /// What an account's records say together. The rules of all policies of a restriction are one list, in which a
    /// denial wins; without a rule nobody matches (`spec/api.md` 3.6).
    init(_ restrictions: [Stored<IPRestrictionRecord>], _ rules: [Stored<IPPolicyRuleRecord>]) {
        for restriction in restrictions {
            let own = rules.filter { restriction.document.policies.contains($0.document.policy) }
            self.parts[restriction.document.part] = IPRestrictions.Restriction(
                list: IPAccessList(own.map(\.document)),
                isEnforced: restriction.document.isEnforced
            )
            self.sources.insert(restriction.id.text)
            self.sources.formUnion(own.map(\.id.text))
        }
    }
}

extension IPRestrictionRecord.Part {
    /// How an address is refused that may not use the part (`spec/identity.md` 10).
    var refusal: ErrorCode {
        switch self {
        case .dashboard: .dashboardAddressForbidden
        case .api: .apiAddressForbidden
        case .agent: .agentAddressRefused
        case .endpoints: .visitorAddressForbidden
        }
    }
}
