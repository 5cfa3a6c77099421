import Addressing
import Settings

/// Where the local web service listens.
package enum WebAddress: Sendable, Hashable {
    /// Nowhere.
    case none
    /// A name or an address, without brackets; port 0 is any that is free.
    case at(host: String, port: UInt16)
    /// 127.0.0.1, on the first port from 4040 on that is free.
    case standard

    /// The first port that `standard` tries, and how many it tries.
    package static let standardPort: UInt16 = 4040
    package static let standardPorts: UInt16 = 100

    /// - Throws: what is wrong with the text, in words that follow "it".
    init(parsing text: String) throws(SettingRefusal) {
        // The default spelt out means the default, the search for a free port included.
        let standard = ["127.0.0.1:\(Self.standardPort)", "localhost:\(Self.standardPort)"]
        if text == "false" {
            self = .none
        } else if standard.contains(text) {
            self = .standard
        } else if let address = try? ListenAddress(parsing: text) {
            switch address {
            case .any(let port): self = .at(host: "0.0.0.0", port: port)
            case .address(let address): self = .at(host: "\(address.ip)", port: address.port)
            }
        } else {
            do throws(DialAddressError) {
                let address = try DialAddress(parsing: text, defaultPort: nil)
                self = .at(host: address.host.description, port: address.port)
            } catch {
                throw SettingRefusal("it \(error.problem)")
            }
        }
    }
}

extension WebAddress: CustomStringConvertible {
    /// As a configuration file spells it.
    package var description: String {
        switch self {
        case .none: "false"
        case .standard: "127.0.0.1:\(Self.standardPort)"
        case .at(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}

extension SettingType where Value == WebAddress {
    static var webAddress: SettingType {
        SettingType(
            "address",
            expectation: "false, or host:port such as 127.0.0.1:4040",
            render: \.description
        ) { text throws(SettingRefusal) in
            try WebAddress(parsing: text)
        }
    }
}
