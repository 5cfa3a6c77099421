import Foundation
package import JSON
package import KubernetesClient

/// Why an object of the cluster cannot be read.
package struct ResourceProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field: `spec.rules[0].host`; empty for the object as a whole.
    package let path: String
    package let message: String

    package var description: String { self.path.isEmpty ? self.message : "\(self.path): \(self.message)" }
}

/// How much of the cluster is read at once.
package enum ResourceLimits {
    /// Of one object. The API server takes 3 MiB for a request, and what it stores is smaller.
    package static let objectBytes = 3 << 20
}

extension KubernetesResource {
    /// Reads one object. Fields that are not known are left out; they are no errors.
    ///
    /// - Throws: `ResourceProblem` where it is too large, no JSON, or a field has not the type that it must have.
    package init(decoding json: some Collection<UInt8>) throws(ResourceProblem) {
        guard json.count <= ResourceLimits.objectBytes else {
            let words = "the object has \(json.count) bytes; at most \(ResourceLimits.objectBytes) are read"
            throw ResourceProblem(path: "", message: words)
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json))
        } catch {
            throw ResourceProblem(error)
        }
    }

    /// Reads one object of a list or a watch that has been read as a value already.
    package init(decoding value: JSONValue) throws(ResourceProblem) {
        try self.init(decoding: value.bytes)
    }
}

extension ResourceProblem {
    fileprivate init(_ error: any Error) {
        switch error {
        case DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context):
            self.init(path: Self.path(context.codingPath), message: Self.words(context))
        case DecodingError.valueNotFound(_, let context):
            self.init(path: Self.path(context.codingPath), message: "is null, and must not be")
        case DecodingError.keyNotFound(let key, let context):
            self.init(path: Self.path(context.codingPath + [key]), message: "is missing")
        default: self.init(path: "", message: "the object cannot be read")
        }
    }

    private static func words(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "the object is no JSON object of this kind" : "has not the type that it must have"
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
