package import Addressing
package import Model

/// The endpoint whose policy runs (`spec/expressions.md` 4.6). Made once for each endpoint.
package final class EndpointFacts: Sendable {
    package let id: ResourceID<EndpointKind>
    /// Whose endpoint it is: its policies see this account's secrets alone.
    package let account: ResourceID<AccountKind>
    package let scheme: EndpointScheme
    package let host: String
    package let port: UInt16
    /// Host and port, the port always spelt out.
    package let address: String
    /// As endpoints show it.
    package let url: String

    package init(id: ResourceID<EndpointKind>, account: ResourceID<AccountKind>, url: EndpointURL) {
        self.id = id
        self.account = account
        self.scheme = url.scheme
        self.host = "\(url.host)"
        self.port = url.port
        self.address = url.hostport
        self.url = "\(url)"
    }
}
