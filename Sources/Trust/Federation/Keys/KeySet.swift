package import JSON

/// The keys of one who signs tokens: a JSON Web Key Set (RFC 7517 §5), as far as they can verify something here.
package struct KeySet: Sendable {
    /// The largest document that is read, in bytes.
    package static let maximumBytes = 1 << 20
    /// Keys beyond these are not looked at.
    static let maximumKeys = 100

    package let keys: [VerificationKey]

    /// Nil for what is no key set at all.
    package init?(reading bytes: some Collection<UInt8>) {
        let limits = JSONLimits(depth: 16, bytes: Self.maximumBytes)
        guard let document = (try? JSONValue(reading: bytes, limits: limits))?.object else { return nil }
        self.init(document)
    }

    package init?(_ document: JSONObject) {
        guard let keys = document.exactly("keys")?.array else { return nil }
        self.keys = keys.prefix(Self.maximumKeys).compactMap { $0.object.flatMap(VerificationKey.init) }
    }

    /// Whether a key has this identifier.
    package func has(_ id: String) -> Bool { self.keys.contains { $0.id == id } }
}
