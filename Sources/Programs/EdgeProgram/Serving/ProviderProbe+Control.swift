package import Control
package import Model
package import NIOCore
package import PolicyEngine

extension ProviderProbe {
    /// As the control plane asks.
    package func asking(
        on group: any EventLoopGroup
    ) -> @Sendable (String, ResourceID<AccountKind>) async -> Control.IssuerProblem? {
        { issuer, account in
            switch await self.problem(of: issuer, for: account, on: group.any()) {
            case .wrong(let words)?: .wrong(words)
            case .away(let words)?: .away(words)
            case nil: nil
            }
        }
    }
}
