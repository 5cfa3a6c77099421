import Addressing
import Foundation
import Model
import Outbound

extension OutboundSettings {
    /// What sends the requests of policies.
    ///
    /// - Throws: where the file of authorities cannot be used.
    func requester() throws(Failure) -> OutboundRequester {
        var configuration = OutboundConfiguration()
        configuration.isOpen = self.isOpen
        configuration.rules.schemes = Set(self.schemes.map(\.rawValue))
        configuration.rules.ports = Set(self.ports.map { UInt16($0) })
        configuration.rules.opened = self.networks
        configuration.requests = self.requests
        configuration.requestsPerAccount = max(1, self.requests / 4)
        if let path = self.authorities { configuration.authorities = try Self.contents(of: path) }
        return try OutboundRequester(configuration)
    }

    private static func contents(of path: String) throws(Failure) -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw Failure(
                .configurationInvalid,
                "policy.outbound.authorities: the file \(path) cannot be read.",
                detail: "\(error)",
                cause: error
            )
        }
    }
}
