package import Addressing
import Settings

/// Where something is found on the web, without what stands behind the host: `https://api.example.com`.
package struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at its end; the port only where it was given.
    package let description: String
    package let host: DialHost

    /// - Returns: nil when `text` has another scheme, or a user, a path or a query.
    package init?(_ text: String) {
        let schemes = [("https://", UInt16(443)), ("http://", 80)]
        guard let (scheme, port) = schemes.first(where: { text.hasPrefix($0.0) }),
            // That the rest is no host and port is all that there is to say.
            let address = try? DialAddress(parsing: text.dropFirst(scheme.count), defaultPort: port)
        else { return nil }
        self.host = address.host
        self.description = scheme + address.host.urlText + (address.port == port ? "" : ":\(address.port)")
    }
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
