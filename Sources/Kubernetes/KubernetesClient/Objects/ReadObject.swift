/// An object as it came: it can be read, or says why it cannot, so that one that is broken is met alone.
package enum ReadObject<Object: KubernetesResource>: Sendable {
    case good(Object)
    case bad(ObjectMetadata, reason: String)

    package var metadata: ObjectMetadata {
        switch self {
        case .good(let object): object.metadata
        case .bad(let metadata, _): metadata
        }
    }

    package var object: Object? { if case .good(let object) = self { object } else { nil } }
}

extension ReadObject: Decodable {
    private struct Envelope: Decodable {
        let metadata: ObjectMetadata
    }

    /// - Throws: where there is no metadata either.
    package init(from decoder: any Decoder) throws {
        do {
            self = .good(try Object(from: decoder))
        } catch {
            let metadata = try Envelope(from: decoder).metadata
            self = .bad(
                metadata,
                reason: (error as? DecodingError)?.place(below: decoder.codingPath.count) ?? "\(error)"
            )
        }
    }
}

extension DecodingError {
    /// `spec.rules[0].host: Expected to decode String but found number instead.`
    package var place: String { self.place(below: 0) }

    /// The same, from within the outer `depth` containers.
    func place(below depth: Int) -> String {
        let context: Context
        switch self {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
            .dataCorrupted(let found):
            context = found
        @unknown default: return "\(self)"
        }
        let path = context.codingPath.dropFirst(depth).reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
