/// A kind of objects: where the API server has them.
package struct ResourceKind: Sendable, Hashable {
    /// Empty for the core group.
    package let group: String
    /// Those that are read, the best first; the API server may serve some of them only, see `Discovery`.
    package let versions: [String]
    package let kind: String
    package let plural: String
    package let isNamespaced: Bool

    package init(_ group: String, _ versions: [String], _ kind: String, _ plural: String, isNamespaced: Bool = true) {
        self.group = group
        self.versions = versions
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// `group/version`, or the version alone in the core group.
    package func apiVersion(_ version: String) -> String { self.group.isEmpty ? version : "\(self.group)/\(version)" }
}

/// A kind in one of its versions: what a path is made of.
package struct ResourceType: Sendable, Hashable {
    package let kind: ResourceKind
    package let version: String

    package init(_ kind: ResourceKind, version: String) {
        self.kind = kind
        self.version = version
    }

    /// As it stands in objects.
    package var apiVersion: String { self.kind.apiVersion(self.version) }

    /// Where the server tells which kinds this version of the group has.
    var root: String { self.kind.group.isEmpty ? "/api/\(self.version)" : "/apis/\(self.kind.group)/\(self.version)" }

    /// The path of the objects of a namespace; of those of all namespaces where that is empty.
    func path(in namespace: String) -> String {
        guard self.kind.isNamespaced, !namespace.isEmpty else { return "\(self.root)/\(self.kind.plural)" }
        return "\(self.root)/namespaces/\(namespace.asPathSegment)/\(self.kind.plural)"
    }

    /// The path of one object, or of a part of it.
    func path(of key: ObjectKey, _ subresource: Subresource? = nil) -> String {
        let object = "\(self.path(in: key.namespace))/\(key.name.asPathSegment)"
        return subresource.map { "\(object)/\($0.rawValue)" } ?? object
    }
}

/// A part of an object that is written by itself.
package enum Subresource: String, Sendable {
    case status
}

extension String {
    /// Whatever is not unreserved (RFC 3986 §2.3) as `%XX`.
    var asPathSegment: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in self.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
