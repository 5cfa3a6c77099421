import Addressing
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
        if let path = self.authorities {
            configuration.authorities = try PEMFile.contents(of: path, setting: "policy.outbound.authorities")
        }
        return try OutboundRequester(configuration)
    }
}
