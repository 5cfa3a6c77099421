import Portico
import Settings

extension SettingType where Value == ServerAddress {
    static var serverAddress: SettingType {
        SettingType("address", expectation: "host:port", render: \.description) { text throws(SettingRefusal) in
            do throws(PorticoError) {
                return try ServerAddress(text)
            } catch {
                throw SettingRefusal(error.description)
            }
        }
    }
}

extension SettingType where Value == Trust {
    static var trust: SettingType {
        SettingType("roots", expectation: "host, trusted, or the path of a PEM file", render: \.settingText) { text in
            text.isEmpty ? nil : Trust(settingText: text)
        }
    }
}

extension SettingType where Value == LogDestination {
    static var logDestination: SettingType {
        SettingType("destination", expectation: "false, stdout, stderr or a path", render: { "\($0)" }) { text in
            LogDestination(text)
        }
    }
}

extension SettingType where Value == EndpointOptions.ProxyProtocol {
    static var proxyProtocol: SettingType {
        SettingType("version", expectation: "1 or 2", render: { "\($0.rawValue)" }) { text in
            Int(text).flatMap(EndpointOptions.ProxyProtocol.init(rawValue:))
        }
    }
}

extension SettingType where Value == Double {
    /// A share of all, from 0 to 1.
    static var share: SettingType {
        SettingType("number", expectation: "a number from 0 to 1", render: { "\($0)" }) { text in
            guard let number = Double(text), number >= 0, number <= 1 else { return nil }
            return number
        }
    }
}

extension SettingType where Value == String {
    /// A line `name:value` of a header.
    static var headerLine: SettingType {
        SettingType("name:value", expectation: "a header as name:value", render: \.self) { text in
            PolicyOptions.header(text) == nil ? nil : text
        }
    }
}

extension Trust {
    /// As flags and configuration files spell it: `host` and `trusted` are the system's roots (this program has none of
    /// its own built in), anything else is the path of a PEM file.
    package init(settingText text: String) {
        self = text == "host" || text == "trusted" ? .system : .file(text)
    }

    var settingText: String {
        switch self {
        case .system: "host"
        case .file(let path): path
        case .pem: "PEM"
        }
    }
}
