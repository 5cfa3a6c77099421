import JSON
package import NIOCore

/// What an agent answers on a stream that is a probe: whether the connection would have reached its upstream.
package enum ProbeWord {
    /// Why it would not, as it stands on the wire; nil where it would.
    package static func bytes(_ reason: String?) -> ByteBuffer {
        var bytes = ByteBuffer()
        let word: JSONObject = ["Error": .string(reason ?? "")]
        word.write(into: &bytes)
        return bytes
    }
}
