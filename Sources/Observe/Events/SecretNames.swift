import Foundation

/// Names whose values nobody may see, in events as in what is captured: of headers, of parameters in queries and forms, of
/// cookies, and of members in JSON.
package struct SecretNames: Sendable {
    /// As ``key(of:)`` writes them.
    private static let standard: Set<String> = [
        "authorization", "proxyauthorization", "cookie", "setcookie", "setcookie2", "apikey", "xapikey", "accesskey",
        "privatekey", "token", "password", "passwd", "passphrase", "pwd", "secret", "credential", "credentials",
        "authtoken",
        "assertion", "samlresponse", "session", "sessionid", "sid", "jwt", "otp", "pin",
        "xgoogiapjwtassertion", "cfaccessjwtassertion",
    ]
    /// Those that are so at the end of a name, too: `user_password`, `X-Gitlab-Token`, `clientSecret`.
    private static let endings = [
        "token", "secret", "password", "passwd", "passphrase", "credential", "credentials", "apikey", "accesskey",
        "privatekey", "secretkey", "authkey", "subscriptionkey", "signature", "assertion", "sessionid",
    ]
    /// What is one in a URL, and may be anything elsewhere.
    private static let ofParameters: Set<String> = ["code", "state", "signature", "sig"]

    package static let standardOnly = SecretNames([])

    private let own: Set<String>

    /// - Parameter own: further ones, in any case; hidden wherever they stand.
    package init(_ own: [String]) {
        self.own = Set(own.map { Self.key(of: $0) })
    }

    /// In small letters, without what separates words.
    private static func key(of name: some StringProtocol) -> String {
        String(
            decoding: name.utf8.compactMap { (byte) -> UInt8? in
                switch byte {
                case UInt8(ascii: "-"), UInt8(ascii: "_"): nil
                case 0x41...0x5A: byte | 0x20
                default: byte
                }
            },
            as: UTF8.self
        )
    }

    /// Of a header, a cookie, or a member of a JSON body.
    package func hides(_ name: some StringProtocol) -> Bool { self.hides(key: Self.key(of: name)) }

    /// Of a parameter in a query or a form.
    package func hidesParameter(_ name: some StringProtocol) -> Bool {
        let key = Self.key(of: name)
        return Self.ofParameters.contains(key) || self.hides(key: key)
    }

    /// A query with `mask` in the place of values that nobody may see.
    package func query(_ query: String, mask: String) -> String {
        guard query.utf8.contains(UInt8(ascii: "=")) else { return query }
        return query.split(separator: "&", omittingEmptySubsequences: false).map { part in
            guard let sign = part.firstIndex(of: "=") else { return String(part) }
            let name = String(part[..<sign])
            let plain = name.replacing("+", with: " ").removingPercentEncoding ?? name
            return self.hidesParameter(plain) ? "\(name)=\(mask)" : String(part)
        }.joined(separator: "&")
    }

    private func hides(key: String) -> Bool {
        Self.standard.contains(key) || self.own.contains(key) || Self.endings.contains(where: key.hasSuffix)
    }

    /// Whether the text of an expression names one, by itself or as a literal, which may be a parameter's.
    package func isNamed(in expression: String) -> Bool {
        let bytes = Array(expression.utf8)
        var start = 0
        while start < bytes.count {
            let word = bytes[start...].prefix(while: Self.isPartOfName)
            if !word.isEmpty {
                let text = String(decoding: word, as: UTF8.self)
                let isLiteral = start > 0 && [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(bytes[start - 1])
                if isLiteral ? self.hidesParameter(text) : self.hides(text) { return true }
            }
            start = word.endIndex + 1
        }
        return false
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }
}
