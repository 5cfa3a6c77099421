import Events
import Foundation
import NIOCore

/// Hides what nobody may see of captured traffic: credentials, cookies, fields that an account has named, and values of
/// vaults that policies have read. It is applied before anything is stored or shown, and cannot be undone.
package struct TrafficMask: Sendable {
    package static let text = "[masked]"

    /// Words by which values of policies' logs are hidden, wherever in an expression they stand.
    private static let words = ["authorization", "cookie", "token", "secret", "password", "api_key", "api-key"]
    /// Headers that hold a URL.
    private static let addresses: Set<String> = [
        "location", "content-location", "referer", "x-original-url", "x-rewrite-url",
    ]

    private let names: SecretNames

    /// - Parameter names: further ones; in any case.
    package init(names: [String] = []) {
        self.names = SecretNames(names)
    }

    package func mask(_ exchange: inout TrafficExchange) {
        let secrets = SecretTexts(exchange.detail?.secrets ?? [])
        exchange.facts.query = secrets.removed(from: self.query(exchange.facts.query))
        exchange.facts.path = secrets.removed(from: exchange.facts.path)
        exchange.facts.userAgent = secrets.removed(from: exchange.facts.userAgent)
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

    /// A message of which nothing is known that a policy has read.
    package func mask(_ message: inout CapturedMessage) { self.mask(&message, SecretTexts([])) }

    private func mask(_ message: inout CapturedMessage, _ secrets: SecretTexts) {
        for index in message.fields.indices {
            let field = message.fields[index]
            let name = field.name.lowercased()
            var value = field.value
            if self.names.hides(name) {
                value = Self.credentials(value, in: name)
            } else if Self.addresses.contains(name) {
                value = self.url(value)
            }
            value = secrets.removed(from: value, isCut: field.isCut)
            message.fields[index].isMasked = value != field.value
            message.fields[index].value = value
        }
        self.maskBody(of: &message, secrets)
    }

    /// What may be seen of a value that is hidden: the scheme of credentials, and the names of cookies.
    private static func credentials(_ value: String, in name: String) -> String {
        switch name {
        case "authorization", "proxy-authorization":
            let scheme = value.prefix { $0 != " " }
            let isScheme = scheme.utf8.count < min(value.utf8.count, 20)
            return isScheme ? "\(scheme) \(Self.text)" : Self.text
        case "cookie":
            return value.split(separator: ";").map { "\(Self.cookieName($0))=\(Self.text)" }.joined(separator: "; ")
        case "set-cookie":
            var parts = value.split(separator: ";", omittingEmptySubsequences: false)
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

    // MARK: Bodies

    /// Hides values of forms and JSON by their names, and what policies have read, wherever it stands. What is compressed, or
    /// of another form, is not looked into for names.
    private func maskBody(of message: inout CapturedMessage, _ secrets: SecretTexts) {
        guard message.body.readableBytes > 0 else { return }
        var bytes = Array(message.body.readableBytesView)
        if let masked = self.named(bytes, of: message) { bytes = masked }
        if let masked = secrets.removed(from: bytes, isCut: message.isBodyCut) { bytes = masked }
        guard bytes.count != message.body.readableBytes || !bytes.elementsEqual(message.body.readableBytesView) else {
            return
        }
        message.isBodyMasked = true
        // How much is missing stays true.
        message.bodyBytes += bytes.count - message.body.readableBytes
        message.body = ByteBuffer(bytes: bytes)
    }

    /// Nil where nothing is hidden by its name.
    private func named(_ bytes: [UInt8], of message: CapturedMessage) -> [UInt8]? {
        guard message.first("content-encoding") == nil, let type = message.first("content-type") else { return nil }
        let form = type.prefix { $0 != ";" }.lowercased().trimmingCharacters(in: .whitespaces)
        if form == "application/x-www-form-urlencoded" {
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            return Array(self.query(text).utf8)
        }
        guard form.hasSuffix("/json") || form.hasSuffix("+json") || form.hasSuffix("ndjson") else { return nil }
        var mask = JSONMask(self.names, bytes)
        return mask.masked()
    }

    // MARK: URLs

    /// A query with the values of hidden parameters left out.
    package func query(_ query: String) -> String {
        self.names.query(query, mask: Self.text)
    }

    /// A URL without what is hidden in its user, its query and its fragment, which may hold tokens of OAuth.
    private func url(_ text: String) -> String {
        let end = text.firstIndex(where: { $0 == "?" || $0 == "#" }) ?? text.endIndex
        var output = Self.withoutUser(text[..<end])
        var rest = text[end...]
        while let mark = rest.first {
            let part = rest.dropFirst().prefix { $0 != "#" }
            output += "\(mark)\(self.query(String(part)))"
            rest = rest[part.endIndex...]
        }
        return output
    }

    /// `https://user:password@host/` without both.
    private static func withoutUser(_ text: Substring) -> String {
        guard let slashes = text.firstRange(of: "//") else { return String(text) }
        let authority = text[slashes.upperBound...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(text) }
        return "\(text[..<slashes.upperBound])\(Self.text)\(text[at...])"
    }

    // MARK: Logs of policies

    private func mask(_ entry: inout PolicyLogEntry, _ secrets: SecretTexts) {
        // It may have been cut; a few letters too many that are hidden at its end do no harm.
        entry.expression = secrets.removed(from: entry.expression, isCut: true)
        for index in entry.sights.indices {
            let sight = entry.sights[index]
            let name = sight.name.lowercased()
            guard !Self.words.contains(where: name.contains), !self.names.isNamed(in: name) else {
                entry.sights[index].value = Self.text
                continue
            }
            var value = sight.value
            if name == "req.url.query" {
                value = self.query(value)
            } else if ["req.url", "location", "referer"].contains(where: name.contains) {
                value = self.url(value)
            }
            // Values are cut before their secrets are known, and end so.
            let isCut = value.hasSuffix("…")
            value = secrets.removed(from: isCut ? String(value.dropLast()) : value, isCut: isCut)
            entry.sights[index].value = isCut ? value + "…" : value
        }
    }
}
