package import Addressing
package import Model

/// What policies use of the edge around them. A value for all loops; what changes stands behind the protocols.
package struct PolicyServices: Sendable {
    /// What happens when an expression of a rule has no value (`policy.expression_errors`).
    package enum ExpressionErrors: String, Sendable, Hashable, CaseIterable {
        /// The rule does not match, and the error is in the policy's record.
        case skip
        /// The request is answered with 500 and 2254.
        case fail
    }

    package var expressionErrors: ExpressionErrors
    package var secrets: (any SecretDirectory)?
    package var ipPolicies: (any IPPolicyDirectory)?
    package var authorities: (any AuthorityDirectory)?
    /// Nil where policies can make no requests.
    package var requester: (any PolicyRequester)?
    /// The keys with which policies verify tokens.
    package var keySets: KeySetStore
    /// Nil where nobody can log in.
    package var logins: LoginServices?
    /// Looks at requests and responses for policies; nil where it cannot be had.
    package var firewall: (any ExchangeInspector)?
    /// The URL that those are told who want to complain of such requests; nil to tell none.
    package var abuseContact: String?
    /// The largest body that is collected for an action, and the largest that may come of it.
    package var bodyBytes: Int

    package init(
        expressionErrors: ExpressionErrors = .skip,
        secrets: (any SecretDirectory)? = nil,
        ipPolicies: (any IPPolicyDirectory)? = nil,
        authorities: (any AuthorityDirectory)? = nil,
        requester: (any PolicyRequester)? = nil,
        keySets: KeySetStore = KeySetStore(),
        logins: LoginServices? = nil,
        firewall: (any ExchangeInspector)? = nil,
        abuseContact: String? = nil,
        bodyBytes: Int = 4 << 20
    ) {
        self.expressionErrors = expressionErrors
        self.secrets = secrets
        self.ipPolicies = ipPolicies
        self.authorities = authorities
        self.requester = requester
        self.keySets = keySets
        self.logins = logins
        self.firewall = firewall
        self.abuseContact = abuseContact
        self.bodyBytes = bodyBytes
    }
}

/// The secrets that policies may name. Answers at once: it is a copy in memory, replaced when they change.
package protocol SecretDirectory: Sendable {
    /// A secret of an account; another account's are unknown to it.
    func secret(named name: String, inVault vault: String, of account: ResourceID<AccountKind>) -> SecretAnswer
}

package enum SecretAnswer: Sendable {
    case found(Secret)
    case unknownVault
    case unknownSecret
}

/// The IP policies that `restrict-ips` may name. Answers at once, as secrets do.
package protocol IPPolicyDirectory: Sendable {
    /// The ranges of an IP policy of an account; nil where it has none of this identifier.
    func list(_ id: String, of account: ResourceID<AccountKind>) -> IPAccessList?
}

/// The certificate authorities that `terminate-tls` may name. Answers at once, as secrets do.
package protocol AuthorityDirectory: Sendable {
    /// The certificate of an authority of an account, in PEM; nil where it has none of this identifier.
    func certificate(ofAuthority id: String, of account: ResourceID<AccountKind>) -> String?
}
