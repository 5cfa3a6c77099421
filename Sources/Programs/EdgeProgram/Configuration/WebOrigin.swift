package import Addressing
import Settings

/// Where something is found on the web, without what stands behind the host: `https://api.example.com`.
package struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at its end; the port only where it was given.
    package let description: String
    package let host: DialHost
    package let port: UInt16
    package let isSecure: Bool

    /// - Returns: nil when `text` has another scheme, or a user, a path or a query.
    package init?(_ text: String) {
        let schemes = [("https://", UInt16(443)), ("http://", 80)]
        guard let (scheme, port) = schemes.first(where: { text.hasPrefix($0.0) }),
            // That the rest is no host and port is all that there is to say.
            let address = try? DialAddress(parsing: text.dropFirst(scheme.count), defaultPort: port)
        else { return nil }
        self.host = address.host
        self.port = address.port
        self.isSecure = scheme == "https://"
        self.description = scheme + address.host.urlText + (address.port == port ? "" : ":\(address.port)")
    }
}

extension WebOrigin {
    /// Host and port as the field `Host` has them.
    var authority: String { String(self.description.dropFirst(self.isSecure ? 8 : 7)) }
}

extension SettingType where Value == WebOrigin {
    static var webOrigin: SettingType {
        SettingType(
            "URL",
            expectation: "http:// or https:// with a host, and nothing behind it",
            render: \.description,
            parse: WebOrigin.init
        )
    }
}
