import Foundation

/// What a watch tells.
enum WatchEvent<Object: KubernetesResource>: Sendable {
    /// An object is there, new or changed.
    case present(ReadObject<Object>)
    case gone(ObjectMetadata)
    /// Nothing happened up to here.
    case bookmark(String)
    case failed(ClusterError.Refusal)
    /// Of a type that is not known.
    case unknown(String)
}

extension WatchEvent: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type, object
    }

    private struct Envelope: Decodable {
        let metadata: ObjectMetadata
    }

    /// A bookmark is no object: it has no name.
    private struct Bookmark: Decodable {
        struct Metadata: Decodable {
            let resourceVersion: String
        }

        let metadata: Metadata
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        switch try fields.decode(String.self, forKey: .type) {
        case "ADDED", "MODIFIED": self = .present(try fields.decode(ReadObject<Object>.self, forKey: .object))
        case "DELETED": self = .gone(try fields.decode(Envelope.self, forKey: .object).metadata)
        case "BOOKMARK":
            self = .bookmark(try fields.decode(Bookmark.self, forKey: .object).metadata.resourceVersion)
        case "ERROR": self = .failed(try fields.decode(StatusBody.self, forKey: .object).refusal(status: 500))
        case let type: self = .unknown(String(type.prefix(40)))
        }
    }
}
