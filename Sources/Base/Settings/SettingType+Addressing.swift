package import Addressing

/// Where a listener listens: one address, or all of the machine's, and a port. Port 0 is any free one.
package enum ListenAddress: Sendable, Hashable {
    case any(port: UInt16)
    case address(NetworkAddress)

    package var port: UInt16 {
        switch self {
        case .any(let port): port
        case .address(let address): address.port
        }
    }
}

extension ListenAddress: CustomStringConvertible {
    /// `:443`, `127.0.0.1:443` or `[::1]:443`.
    package var description: String {
        switch self {
        case .any(let port): ":\(port)"
        case .address(let address): "\(address)"
        }
    }
}

extension ListenAddress {
    /// Reads `:port` or `address:port`, IPv6 in brackets. Names are none: what they mean may change while one listens.
    package init(parsing text: String) throws(NetworkAddressError) {
        if text.hasPrefix(":") {
            self = .any(port: try NetworkAddress(parsing: "0.0.0.0\(text)").port)
        } else {
            self = .address(try NetworkAddress(parsing: text))
        }
    }
}

extension SettingType {
    /// A type whose parser says in its own words what is wrong.
    fileprivate init(
        _ name: String,
        expectation: String,
        parse: @escaping @Sendable (String) throws -> Value
    ) where Value: CustomStringConvertible {
        self.init(name, expectation: expectation, render: \.description) { text throws(SettingRefusal) in
            do {
                return try parse(text)
            } catch {
                throw SettingRefusal((error as? any AddressingError).map { "it \($0.problem)" } ?? "\(error)")
            }
        }
    }
}

extension SettingType where Value == HostName {
    package static var hostName: SettingType {
        SettingType("host name", expectation: "a host name such as edge.example.com", parse: HostName.init(parsing:))
    }
}

extension SettingType where Value == HostPattern {
    /// A host name, a wildcard, or `*` for every host.
    package static var hostPattern: SettingType {
        SettingType(
            "host name or wildcard",
            expectation: "a host name such as app.example.com or *.example.com, or * for every host"
        ) { text in
            text == "*" ? .anyHost : try HostPattern(parsing: text)
        }
    }
}

extension SettingType where Value == DialAddress {
    /// A host and a port to connect to; `defaultPort` is the port where none is written, nil where one must be.
    package static func dialAddress(defaultPort: UInt16? = nil) -> SettingType {
        SettingType("address", expectation: "host:port such as app.example.com:8080 or [::1]:8080") { text in
            try DialAddress(parsing: text, defaultPort: defaultPort)
        }
    }
}

extension SettingType where Value == ListenAddress {
    package static var listenAddress: SettingType {
        SettingType(
            "listen address",
            expectation: "address:port such as 127.0.0.1:8080 or [::1]:8080, or :8080 for all addresses",
            parse: ListenAddress.init(parsing:)
        )
    }
}

extension SettingType where Value == ClosedRange<UInt16> {
    /// Ports from 1, at most `limit` of them: `20000-20999`, or one alone.
    package static func portRange(limit: Int) -> SettingType {
        SettingType(
            "port range",
            expectation: "a range of at most \(limit) ports such as 20000-20999",
            render: { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" },
            parse: { text in
                let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
                guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil else {
                    return nil
                }
                guard first >= 1, first <= last, Int(last) - Int(first) < limit else { return nil }
                return first...last
            }
        )
    }
}

extension SettingType where Value == IPPrefix {
    /// A range of addresses, or a single one.
    package static var addressRange: SettingType {
        SettingType(
            "address range",
            expectation: "a range of addresses such as 10.0.0.0/8 or fd00::/8",
            parse: IPPrefix.init(parsing:)
        )
    }
}
