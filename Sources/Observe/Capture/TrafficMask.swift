import Foundation
import NIOCore

/// Hides what nobody may see of captured traffic: credentials, cookies, fields that an account has named, and values of
/// vaults that policies have read. It is applied before anything is stored or shown, and cannot be undone.
package struct TrafficMask: Sendable {
    package static let text = "[masked]"

    /// Names of headers, of parameters in queries and of cookies that are always hidden, in small letters.
    package static let standardNames: Set<String> = [
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token", "x-csrf-token",
        "x-xsrf-token", "x-amz-security-token", "access_token", "refresh_token", "id_token", "token", "api_key",
        "apikey",
        "password", "passwd", "secret", "client_secret", "client_assertion", "code", "state", "signature",
    ]

    /// Words by which values of policies' logs are hidden, wherever in an expression they stand.
    private static let words = ["authorization", "cookie", "token", "secret", "password", "api_key", "api-key"]

    private let names: Set<String>

    /// - Parameter names: further ones; in any case.
    package init(names: [String] = []) {
        self.names = Self.standardNames.union(names.map { $0.lowercased() })
    }

    package func hides(_ name: String) -> Bool { self.names.contains(name.lowercased()) }

    package func mask(_ exchange: inout TrafficExchange) {
        exchange.facts.query = self.query(exchange.facts.query)
        let secrets = (exchange.detail?.secrets ?? []).filter { $0.utf8.count >= 4 }
        exchange.facts.path = Self.without(secrets, exchange.facts.path)
        exchange.facts.query = Self.without(secrets, exchange.facts.query)
        exchange.facts.userAgent = Self.without(secrets, exchange.facts.userAgent)
        guard var detail = exchange.detail else { return }
        self.mask(&detail.request, secrets)
        if var response = detail.response {
            self.mask(&response, secrets)
            detail.response = response
        }
        for index in detail.log.indices { self.mask(&detail.log[index], secrets) }
        detail.secrets = []
        exchange.detail = detail
    }

    // MARK: Messages

    private func mask(_ message: inout CapturedMessage, _ secrets: [String]) {
        for index in message.fields.indices {
            let field = message.fields[index]
            var value = self.hides(field.name) ? Self.credentials(field) : field.value
            if field.name.lowercased() == "location" || field.name.lowercased() == "referer" { value = self.url(value) }
            value = Self.without(secrets, value)
            message.fields[index].isMasked = value != field.value
            message.fields[index].value = value
        }
        Self.remove(secrets, from: &message)
    }

    /// What may be seen of a value that is hidden: the scheme of credentials, and the names of cookies.
    private static func credentials(_ field: CapturedMessage.Field) -> String {
        switch field.name.lowercased() {
        case "authorization", "proxy-authorization":
            let scheme = field.value.prefix { $0 != " " }
            let isScheme = scheme.utf8.count < min(field.value.utf8.count, 20)
            return isScheme ? "\(scheme) \(Self.text)" : Self.text
        case "cookie":
            return field.value.split(separator: ";").map { "\(Self.cookieName($0))=\(Self.text)" }.joined(
                separator: "; "
            )
        case "set-cookie":
            var parts = field.value.split(separator: ";", omittingEmptySubsequences: false)
            guard !parts.isEmpty else { return Self.text }
            let name = Self.cookieName(parts.removeFirst())
            return (["\(name)=\(Self.text)"] + parts.map(String.init)).joined(separator: ";")
        default: return Self.text
        }
    }

    private static func cookieName(_ part: Substring) -> Substring {
        let name = part.drop { $0 == " " }
        return name.firstIndex(of: "=").map { name[..<$0] } ?? "?"
    }

    // MARK: URLs

    /// A query with the values of hidden parameters left out.
    package func query(_ query: String) -> String {
        guard query.utf8.contains(UInt8(ascii: "=")) else { return query }
        return query.split(separator: "&", omittingEmptySubsequences: false).map { part in
            guard let sign = part.firstIndex(of: "=") else { return String(part) }
            let name = String(part[..<sign])
            let plain = name.replacing("+", with: " ").removingPercentEncoding ?? name
            return self.hides(plain) ? "\(name)=\(Self.text)" : String(part)
        }.joined(separator: "&")
    }

    private func url(_ text: String) -> String {
        guard let mark = text.firstIndex(of: "?") else { return text }
        let rest = text[text.index(after: mark)...]
        let end = rest.firstIndex(of: "#") ?? rest.endIndex
        return text[...mark] + self.query(String(rest[..<end])) + rest[end...]
    }

    // MARK: Logs of policies

    private func mask(_ entry: inout PolicyLogEntry, _ secrets: [String]) {
        entry.expression = Self.without(secrets, entry.expression)
        for index in entry.sights.indices {
            let sight = entry.sights[index]
            let name = sight.name.lowercased()
            let isHidden =
                Self.words.contains { name.contains($0) } || self.names.contains { name.contains("'\($0)'") }
                || self.names.contains { name.contains("\"\($0)\"") }
            if isHidden {
                entry.sights[index].value = Self.text
            } else if name.hasPrefix("req.url") || name.contains("location") {
                let value = name == "req.url.query" ? self.query(sight.value) : self.url(sight.value)
                entry.sights[index].value = Self.without(secrets, value)
            } else {
                entry.sights[index].value = Self.without(secrets, sight.value)
            }
        }
    }

    // MARK: Secrets

    private static func without(_ secrets: [String], _ text: String) -> String {
        guard !secrets.isEmpty, !text.isEmpty, let bytes = Self.replacing(secrets, in: Array(text.utf8)) else {
            return text
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func remove(_ secrets: [String], from message: inout CapturedMessage) {
        guard !secrets.isEmpty, let bytes = Self.replacing(secrets, in: Array(message.body.readableBytesView)) else {
            return
        }
        // How much is missing stays true.
        message.bodyBytes += bytes.count - message.body.readableBytes
        message.body = ByteBuffer(bytes: bytes)
    }

    /// `bytes` with the mask where one of `secrets` stands, the longest first. In one go: what has been masked is not
    /// looked at again, as the mask itself may hold what is a secret somewhere.
    ///
    /// - Returns: nil where none stands there.
    private static func replacing(_ secrets: [String], in bytes: [UInt8]) -> [UInt8]? {
        let wanted = secrets.map { Array($0.utf8) }.sorted { $0.count > $1.count }
        var output: [UInt8] = []
        var at = 0
        var isFound = false
        while at < bytes.count {
            if let secret = wanted.first(where: { bytes[at...].starts(with: $0) }) {
                output += Self.text.utf8
                at += secret.count
                isFound = true
            } else {
                output.append(bytes[at])
                at += 1
            }
        }
        return isFound ? output : nil
    }
}
