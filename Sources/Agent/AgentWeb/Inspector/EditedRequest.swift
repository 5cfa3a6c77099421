import Foundation
import JSON
import Portico

/// A request that somebody wrote in a page, as the bytes that go to an upstream.
///
/// Its framing is ours: what the writer says of lengths and codings is left out, so that no text can be two requests.
struct EditedRequest {
    private static let maxFields = 256
    private static let maxHeadBytes = 64 << 10
    /// Fields that say how the body ends, or that ask to be answered before it is sent.
    private static let framing: Set<String> = ["content-length", "transfer-encoding", "trailer", "te", "expect"]
    /// Methods whose requests say that they have no body (RFC 9110 section 8.6).
    private static let withBody: Set<String> = ["POST", "PUT", "PATCH"]

    let bytes: [UInt8]

    /// - Throws: with what is wrong where it would be no request of HTTP/1.1.
    init(_ object: JSONObject) throws(LocalFailure) {
        guard let method = object["method"]?.string, method.utf8.count <= 32, Self.isToken(method) else {
            throw .malformed("method must be a word, as GET is")
        }
        guard let target = object["target"]?.string, target.utf8.first == UInt8(ascii: "/") || target == "*",
            target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .malformed("target must begin with / and have no blanks or letters beyond ASCII") }
        guard let body = Data(base64Encoded: object["body"]?.string ?? "") else {
            throw .malformed("body must be base64")
        }
        let fields = try Self.fields(object["headers"])
        var head = "\(method) \(target) HTTP/1.1\r\n"
        for (name, value) in fields where !Self.framing.contains(name.lowercased()) {
            head += "\(name): \(value)\r\n"
        }
        if !body.isEmpty || Self.withBody.contains(method) { head += "Content-Length: \(body.count)\r\n" }
        guard fields.filter({ $0.name.lowercased() == "host" }).count == 1 else {
            throw .malformed("headers must have one Host")
        }
        guard head.utf8.count <= Self.maxHeadBytes else {
            throw .malformed("the head has more than \(Self.maxHeadBytes) bytes")
        }
        self.bytes = Array(head.utf8) + Array("\r\n".utf8) + body
    }

    private static func fields(_ value: JSONValue?) throws(LocalFailure) -> [(name: String, value: String)] {
        guard let list = value?.array, list.count <= Self.maxFields else {
            throw .malformed("headers must be a list of at most \(Self.maxFields) pairs")
        }
        var fields: [(String, String)] = []
        for item in list {
            guard let pair = item.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else {
                throw .malformed("a header must be a pair of name and value")
            }
            guard !name.isEmpty, Self.isToken(name) else {
                throw .malformed("\(name.quotedForDisplay) cannot be the name of a header")
            }
            // A tab is the one control character that may stand in a value (RFC 9110 section 5.5).
            guard value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
                throw .malformed("the value of \(name) has characters that end a line")
            }
            fields.append((name, value))
        }
        return fields
    }

    /// RFC 9110 section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case let other: "!#$%&'*+-.^_`|~".utf8.contains(other)
                }
            }
    }
}
