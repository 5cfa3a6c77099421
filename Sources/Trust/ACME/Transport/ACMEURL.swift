internal import Foundation

/// A URL of an ACME server's: `https`, without user or fragment.
package struct ACMEURL: Sendable, Hashable, CustomStringConvertible {
    package let text: String
    package let host: String
    package let port: Int
    /// Path and query.
    package let target: String

    private static let limit = 2048

    /// - Returns: nil when `text` is no such URL.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.limit, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let parts = URLComponents(string: text), parts.scheme == "https", parts.user == nil, parts.fragment == nil,
            let host = parts.host, !host.isEmpty
        else { return nil }
        self.text = text
        // An address of IPv6 stands in brackets.
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = parts.port ?? 443
        guard (1...65535).contains(self.port) else { return nil }
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        self.target = path + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    package var description: String { self.text }

    /// `host:port` as HTTP names it.
    var authority: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == 443 ? host : "\(host):\(self.port)"
    }

    /// Whether both are of one server. What a server answers may send its client nowhere else.
    func isAtServer(of other: ACMEURL) -> Bool {
        self.host.lowercased() == other.host.lowercased() && self.port == other.port
    }
}
