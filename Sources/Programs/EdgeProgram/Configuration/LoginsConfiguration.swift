package import Addressing
import Model
package import PolicyEngine
import Settings
import TrafficPolicy

/// How visitors log in where a policy wants it: the host that providers lead back to, and the applications that the edge's
/// owner has registered with them.
package struct LoginsConfiguration: Sendable {
    package struct Provider: Sendable {
        package let application: LoginServices.Application?
        package let authorizationURL: String?
        package let tokenURL: String?
        package let userURL: String?
    }

    package let host: HostName
    package let pathPrefix: String
    package let sessionBytes: Int
    package let providers: [LoginProvider.WellKnown: Provider]

    init(from settings: SettingsReader, host: HostName) {
        self.host = settings.value(
            "host",
            .hostName,
            default: host,
            written: "`idp.` and the base domain",
            """
            The host that providers lead back to after a login; no endpoint can have this name. With each application the \
            URL `https://HOST/oauth2/callback` is registered at its provider, and `https://HOST/oauth2/logout` for logouts.
            """
        )
        self.pathPrefix = settings.value(
            "path_prefix",
            .pathPrefix,
            default: "/ngrok",
            """
            What the pages of a login at an endpoint's own host begin with: `/login`, `/logout` and `/callback` below it \
            never reach a service.
            """
        )
        self.sessionBytes = settings.value(
            "session_memory",
            .bytes(in: 1 << 20...16 << 30),
            default: 128 << 20,
            """
            About the most that logins take of the memory, of visitors who came lately; of the others they are read again \
            from the store when they come.
            """
        )
        var providers: [LoginProvider.WellKnown: Provider] = [:]
        for provider in LoginProvider.WellKnown.allCases {
            providers[provider] = settings.section(
                provider.rawValue,
                "The provider \(provider.rawValue) of `oauth` actions."
            ) { Provider(from: $0) }
        }
        self.providers = providers
    }
}

extension LoginsConfiguration.Provider {
    init(from settings: SettingsReader) {
        let id = settings.optional(
            "client_id",
            .text("identifier", maxBytes: 512),
            absent: "none: policies must name an application of their own",
            "The identifier of the application that the edge's owner has registered there, for policies that name none."
        )
        let secret = settings.optional("client_secret", .secret(), absent: "none", "The secret of that application.")
        switch (id, secret) {
        case (let id?, let secret?): self.application = .init(id: id, secret: secret)
        case (nil, nil): self.application = nil
        default:
            self.application = nil
            settings.refuse("client_id", "and client_secret must be given together")
        }
        func url(_ name: String, _ summary: String) -> String? {
            let url = settings.optional(
                name,
                .text("URL", maxBytes: 512),
                absent: "the provider's own",
                "\(summary), where the provider is one that you run yourself."
            )
            guard let url, !HTTPURL.isURL(url) else { return url }
            settings.refuse(name, "is no URL that begins with https:// or http://")
            return nil
        }
        self.authorizationURL = url("authorization_url", "Where a visitor logs in")
        self.tokenURL = url("token_url", "Where tokens are given")
        self.userURL = url("user_url", "What tells who a visitor is")
    }
}

/// URLs that a provider is asked at.
enum HTTPURL {
    static func isURL(_ text: String) -> Bool {
        let hosts = ["https://", "http://"].compactMap { text.hasPrefix($0) ? text.dropFirst($0.count) : nil }
        return hosts.first.map { !$0.isEmpty && !$0.hasPrefix("/") } ?? false
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

extension SettingType where Value == String {
    fileprivate static var pathPrefix: SettingType {
        SettingType("path", expectation: "a path that begins with a slash and does not end with one", render: \.self) {
            text in
            let isPath =
                text.hasPrefix("/") && !text.hasSuffix("/") && !text.contains("//") && text.utf8.count <= 100
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                        UInt8(ascii: "/"), UInt8(ascii: "."):
                        true
                    default: false
                    }
                }
            return isPath && !text.split(separator: "/").contains { $0 == "." || $0 == ".." } ? text : nil
        }
    }
}
