/// What an edge sends to that its owner runs, too.
extension EventTarget {
    package struct HTTP: Codable, Sendable, Hashable {
        package var url: String
        /// By name in small letters.
        package var headers: [String: SealedText]
        /// Signs requests; nil for none.
        package var secret: SealedText?
    }

    package struct OTLP: Codable, Sendable, Hashable {
        package var endpoint: String
        package var headers: [String: SealedText]
    }

    package struct Syslog: Codable, Sendable, Hashable {
        package var host: String
        package var port: UInt16
        package var isSecure: Bool
        package var facility: Int
        package var application: String
    }

    package struct Kafka: Codable, Sendable, Hashable {
        /// `host:port`, with commas between them.
        package var brokers: String
        package var topic: String
        package var isSecure: Bool
        /// Empty for none.
        package var user: String
        package var password: SealedText?
    }

    package struct File: Codable, Sendable, Hashable {
        package var name: String
        package var bytes: Int
        package var files: Int
    }
}
