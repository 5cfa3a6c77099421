import Certificates
import Control
import Foundation
package import Model
import Store

/// The certificates that an edge has obtained, as its operator sees them at a terminal. The edge may run meanwhile.
package struct IssuedCertificates: Sendable {
    /// Why a certificate is not to be trusted any more, as it is said at a terminal.
    package enum Reason: String, Sendable, CaseIterable {
        case unspecified
        case keyCompromise = "key-compromise"
        case superseded
    }

    private let revoking: CertificateRevoking

    /// - Throws: `dataFolderMissing` when `portico-edge init` was not run.
    package init(_ location: StoreLocation) async throws(Failure) {
        self.revoking = CertificateRevoking(store: try await location.open())
    }

    /// One line for each, the newest first.
    package func lines() async throws(Failure) -> [String] {
        try await self.revoking.certificates().map { stored in
            let summary = stored.document.summary
            let facts = [
                stored.id.text, summary.notAfter.formatted(.iso8601), summary.dnsNames.joined(separator: ","),
                summary.issuerCommonName, summary.serialNumber,
            ]
            return LineText.plain(facts.filter { !$0.isEmpty }.joined(separator: "  "))
        }
    }

    /// Has a certificate revoked by its authority, and another obtained.
    ///
    /// - Returns: the domain that it is for.
    /// - Throws: `certificateUnknown` when `id` is of none that the edge has obtained.
    package func revoke(_ id: String, because reason: Reason) async throws(Failure) -> String {
        let reason: RevocationRecord.Reason =
            switch reason {
            case .unspecified: .unspecified
            case .keyCompromise: .keyCompromise
            case .superseded: .superseded
            }
        return try await self.revoking.revoke(id, because: reason)
    }
}
