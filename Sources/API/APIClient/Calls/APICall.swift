package import APITypes
package import JSON

/// A request to the REST API.
package struct APICall: Sendable, Equatable {
    package let method: Method
    /// With a slash at its beginning, and whatever needs it escaped.
    package let path: String
    package let query: [Parameter]
    /// nil for none.
    package let body: JSONObject?

    package struct Parameter: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(_ method: Method, _ path: String, query: [Parameter] = [], body: JSONObject? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    /// Path and query, as they stand in a request line.
    var target: String {
        guard !self.query.isEmpty else { return self.path }
        let pairs = self.query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }
        return "\(self.path)?\(pairs.joined(separator: "&"))"
    }

    /// Whatever is not unreserved (RFC 3986 §2.3) as `%XX`.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What the API answered.
package struct APIAnswer: Sendable {
    /// `200 OK`.
    package let status: String
    package let code: Int
    /// nil where there is no body, or one that is no JSON.
    package let body: JSONValue?

    package var isSuccess: Bool { (200..<300).contains(self.code) }
}
