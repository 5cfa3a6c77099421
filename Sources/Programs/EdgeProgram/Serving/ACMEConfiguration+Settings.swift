import ACME
import ChallengeDNS
import Control
import Foundation
import Model

extension ACMEConfiguration {
    /// The zone that the edge answers for, with nothing in it.
    func makeZone() -> ChallengeZone? {
        self.zone.map { ChallengeZone(name: $0.name, servers: $0.servers) }
    }

    /// What the control plane is told, with the zone that is served; nil where certificates are not obtained. It throws
    /// where the file of authorities cannot be used.
    func settings(zone: ChallengeZone?) throws(Failure) -> ACMESettings? {
        guard let directory else { return nil }
        let transport: HTTPSTransport
        do {
            let authorities = try self.authorities.map { try String(contentsOf: URL(filePath: $0), encoding: .utf8) }
            transport = try HTTPSTransport(authoritiesPEM: authorities, product: "portico-edge")
        } catch {
            throw Failure(
                .configurationInvalid,
                "acme.authorities: the file cannot be used: \(error)",
                detail: "\(error)",
                cause: error
            )
        }
        var settings = ACMESettings(directory: directory, transport: transport)
        settings.contact = self.email
        settings.externalAccount = self.external.map { ExternalAccount(identifier: $0.identifier, key: $0.key) }
        settings.challenges = self.challenges.map { $0 == .http ? .http : .tlsALPN }
        settings.zone = zone
        settings.records = self.recordsProgram.map { DNSHook(program: $0) }
        return settings
    }
}
