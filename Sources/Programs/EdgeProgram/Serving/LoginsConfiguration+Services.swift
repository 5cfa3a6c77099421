import Addressing
import Control
import Model
import PolicyEngine
import Secrets

extension LoginsConfiguration {
    /// What policies log visitors in with.
    ///
    /// - Parameters:
    ///   - keys: seal what browsers carry.
    ///   - port: by which visitors reach the edge.
    ///   - visitors: keeps the sessions.
    /// - Returns: all of it, for all event loops.
    func services(_ keys: SealingKeyring, port: UInt16?, _ visitors: VisitorSessions) -> LoginServices {
        var configuration = LoginServices.Configuration(host: self.host.text, port: port)
        configuration.pathPrefix = self.pathPrefix
        for (name, settings) in self.providers {
            configuration.applications[name] = settings.application
            guard var provider = configuration.providers[name] else { continue }
            provider.authorizationURL = settings.authorizationURL ?? provider.authorizationURL
            provider.tokenURL = settings.tokenURL ?? provider.tokenURL
            if let userURL = settings.userURL {
                provider.userURL = userURL
                // Of another server than the one that is asked for everything else.
                provider.emailsURL = provider.emailsURL.map { _ in userURL + "/emails" }
            }
            configuration.providers[name] = provider
        }
        return LoginServices(
            configuration,
            keys: keys,
            sessions: LoginSessionTable(bytes: self.sessionBytes),
            directory: VisitorDirectory(visitors: visitors)
        )
    }

    /// The providers at which policies need no application of their own.
    var applications: Set<LoginProvider.WellKnown> {
        Set(self.providers.filter { $0.value.application != nil }.keys)
    }
}
