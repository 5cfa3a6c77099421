package import JSON
import Secrets

/// A JSON Web Signature in its compact form, taken apart and not verified yet (RFC 7515 §7.1).
///
/// It is read strictly, so that one token has one text: no padding, no white space, no bits that stand for nothing, no
/// member of the header twice. Keys that the token brings along or points to (`jwk`, `jku`, `x5c`, `x5u`) are never looked
/// at (RFC 8725 §3.10).
package struct SignedToken: Sendable {
    /// The longest token that is read, in bytes.
    package static let maximumBytes = 16 << 10
    /// Objects and lists inside one another; claims are flat as a rule.
    static let maximumDepth = 16

    package let header: JSONObject
    /// As the header names it; it may be none of ours.
    package let algorithm: String
    package let keyID: String?
    /// The `typ` of the header, nil where there is none.
    package let type: String?
    package let payload: [UInt8]
    package let signature: [UInt8]
    /// The last part of its text.
    package let signatureText: String
    /// What was signed: the first two parts with the point between them.
    let signedBytes: [UInt8]

    package init(_ text: String) throws(TokenProblem) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw .malformed("it is longer than \(Self.maximumBytes) bytes")
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it has \(parts.count) parts and not three") }
        let bytes = try parts.map { (part) throws(TokenProblem) in
            guard let bytes = Base64URL.decode(String(Substring(part))) else {
                throw .malformed("a part of it is not base64url without padding")
            }
            return bytes
        }
        let header = try Self.object(bytes[0], "header")
        guard let algorithm = header.exactly("alg")?.string, !algorithm.isEmpty else {
            throw .malformed("its header has no alg")
        }
        // No extension is known here, so none can be understood (RFC 7515 §4.1.11); `b64` is one too.
        guard header.exactly("crit") == nil else { throw .malformed("its header has critical extensions") }
        // A signature has no compression; whoever sends some hopes for a reader that takes anything.
        guard header.exactly("zip") == nil else { throw .malformed("its header has zip") }
        self.header = header
        self.algorithm = algorithm
        self.keyID = try Self.text("kid", of: header)
        self.type = try Self.text("typ", of: header)
        self.payload = bytes[1]
        self.signature = bytes[2]
        self.signatureText = String(Substring(parts[2]))
        self.signedBytes = Array(text.utf8[..<parts[1].endIndex])
    }

    /// The claims (RFC 7519 §7.2), of a payload that somebody signed or not.
    package func claims() throws(TokenProblem) -> JSONObject { try Self.object(self.payload, "payload") }

    private static func text(_ name: String, of header: JSONObject) throws(TokenProblem) -> String? {
        guard let value = header.exactly(name) else { return nil }
        guard let text = value.string else { throw .malformed("its header has a \(name) that is no text") }
        return text
    }

    private static func object(_ bytes: [UInt8], _ part: String) throws(TokenProblem) -> JSONObject {
        let limits = JSONLimits(depth: Self.maximumDepth, bytes: Self.maximumBytes)
        guard String(validating: bytes, as: UTF8.self) != nil,
            let object = (try? JSONValue(reading: bytes, limits: limits))?.object
        else { throw .malformed("its \(part) is no JSON object") }
        guard Set(object.members.map(\.key)).count == object.members.count else {
            throw .malformed("its \(part) has a member twice")
        }
        return object
    }
}

extension JSONObject {
    /// The member of exactly this name: those of tokens and keys have a case (RFC 7515 §5.3).
    package func exactly(_ key: String) -> JSONValue? { self.members.first { $0.key == key }?.value }
}
