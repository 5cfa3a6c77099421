package import Addressing
import Model

/// Where an edge accepts agents: a host name or an address literal, and a port.
public struct ServerAddress: Sendable, Hashable {
    package let address: DialAddress

    /// Reads `host:port`, `[address]:port` or `host`, which means port 443.
    ///
    /// - Throws: `.invalidConfiguration` with what is wrong, for a URL too: the reference system's clients misread one.
    public init(_ text: String) throws(PorticoError) {
        do throws(DialAddressError) {
            self.address = try DialAddress(parsing: text, defaultPort: 443)
        } catch {
            throw PorticoError(.invalidConfiguration, error.code, "The server address \(error).")
        }
    }

    package init(_ address: DialAddress) {
        self.address = address
    }

    /// A name, or an address literal without brackets.
    public var host: String { self.address.host.description }
    public var port: Int { Int(self.address.port) }
}

extension ServerAddress: CustomStringConvertible {
    public var description: String { self.address.description }
}
