import Federation
package import Model
package import Secrets
import TrafficPolicy

/// What logins need of the edge around them, for all of its policies.
package final class LoginServices: Sendable {
    /// An application that the edge's owner has registered at a provider, for policies that name none.
    package struct Application: Sendable {
        package let id: String
        package let secret: Secret

        package init(id: String, secret: Secret) {
            self.id = id
            self.secret = secret
        }
    }

    package struct Configuration: Sendable {
        /// The host that providers lead back to, in small letters; no endpoint has it.
        package var host: String
        /// The port in its URLs where it is not 443.
        package var port: UInt16?
        /// Before the names of the pages of a login at an endpoint.
        package var pathPrefix = "/ngrok"
        package var providers = LoginProvider.wellKnown
        package var applications: [LoginProvider.WellKnown: Application] = [:]

        package init(host: String, port: UInt16? = nil) {
            self.host = host
            self.port = port
        }
    }

    static let callbackPath = "/oauth2/callback"
    static let logoutPath = "/oauth2/logout"

    package let configuration: Configuration
    let keys: SealingKeyring
    package let sessions: LoginSessionTable
    /// Nil where sessions are kept in memory alone.
    package let directory: (any LoginDirectory)?
    let documents = DocumentStore<ProviderDocument>()
    let used = UsedLogins()
    let paths: LoginPaths

    package init(
        _ configuration: Configuration,
        keys: SealingKeyring,
        sessions: LoginSessionTable = LoginSessionTable(),
        directory: (any LoginDirectory)? = nil
    ) {
        self.configuration = configuration
        self.keys = keys
        self.sessions = sessions
        self.directory = directory
        self.paths = LoginPaths(prefix: configuration.pathPrefix)
    }

    private var origin: String {
        let port = self.configuration.port.map { $0 == 443 ? "" : ":\($0)" } ?? ""
        return "https://\(self.configuration.host)\(port)"
    }

    /// Where providers lead back to: to be registered there with each application.
    package var callbackURL: String { self.origin + Self.callbackPath }
    /// Where providers lead to from their own logout.
    package var logoutURL: String { self.origin + Self.logoutPath }
}

/// The pages of a login at an endpoint's own host, which never reach an upstream.
struct LoginPaths: Sendable {
    enum Page: Sendable, Hashable {
        case login, logout, callback
    }

    let login: String
    let logout: String
    let callback: String

    init(prefix: String) {
        self.login = prefix + "/login"
        self.logout = prefix + "/logout"
        self.callback = prefix + "/callback"
    }

    /// The page that a path stands for, whatever its spelling; nil for what is the upstream's.
    func page(at path: String) -> Page? {
        switch path {
        case self.login: .login
        case self.logout: .logout
        case self.callback: .callback
        default: nil
        }
    }
}
