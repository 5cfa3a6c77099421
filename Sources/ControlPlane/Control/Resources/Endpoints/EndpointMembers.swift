import APITypes
import Addressing
import Foundation
import JSON
import Model
import Secrets

/// Members of answers that endpoints of all types have in common, with the values of those that a type does not have.
enum EndpointMembers {
    /// What is said of `text`, a URL as endpoints have it.
    static func members(of text: String, _ binding: EndpointBinding, isPooled: Bool) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "url": .string(text), "public_url": .string(text), "bindings": [.string(binding.rawValue)],
            "pooling_enabled": .bool(isPooled), "region": "", "name": "", "upstream_url": "", "upstream_protocol": "",
        ]
        // One that does not read was stored by a newer version, and is shown as far as that goes.
        let url = try? EndpointURL(parsing: text, ports: .every)
        members["scheme"] = .string(url?.scheme.rawValue ?? "")
        members["proto"] = members["scheme"]
        members["hostport"] = .string(url?.hostport ?? "")
        members["host"] = .string(url.map { "\($0.host)" } ?? "")
        members["port"] = .integer(Int64(url?.port ?? 0))
        return members
    }
}

extension ResourceView {
    /// The user or service user of this identifier.
    func reference(toOwner id: String) -> JSONValue {
        id.hasPrefix("service_") ? self.reference(to: id, .serviceUsers) : self.reference(toUser: id)
    }
}

extension ResourceID {
    /// When it was drawn; the start of 1970 for one of another form.
    var created: Date {
        let name = KSUID(self.text.split(separator: "_").last ?? "")
        return Date(timeIntervalSince1970: TimeInterval(name?.seconds ?? 0))
    }
}
