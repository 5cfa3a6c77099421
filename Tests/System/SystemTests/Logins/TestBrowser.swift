import EdgeTestSupport
import Foundation

/// A browser as far as logins need one: it keeps cookies by host and shows them there, over real TLS connections to the
/// edge, whatever host a URL names.
final class TestBrowser {
    struct Answer {
        let status: Int
        let head: String
        let body: String

        var location: String { self.field("location") ?? "" }

        func field(_ name: String) -> String? {
            self.head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ": ") }
                .map { String($0.dropFirst(name.count + 2)) }
        }

        var setCookies: [String] {
            self.head.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("set-cookie: ") }
                .map { String($0.dropFirst("set-cookie: ".count)) }
        }

        /// The code of the error page; empty where it is none.
        var code: String { self.field("ngrok-error-code") ?? "" }
    }

    private let edge: TestEdge
    /// By host.
    var cookies: [String: [String: String]] = [:]

    init(_ edge: TestEdge) {
        self.edge = edge
    }

    /// Asks for a URL of the edge, and follows nothing.
    func get(_ url: String, method: String = "GET", fields: String = "") async throws -> Answer {
        let parts = URLComponents(string: url)
        let host = parts?.host ?? ""
        let query = parts?.percentEncodedQuery.map { "?\($0)" } ?? ""
        let path = parts?.percentEncodedPath ?? ""
        let shown = (self.cookies[host] ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let cookie = shown.isEmpty ? "" : "Cookie: \(shown.joined(separator: "; "))\r\n"
        let connection = try await self.edge.visitSecurely(host)
        try await connection.write(
            "\(method) \(path.isEmpty ? "/" : path)\(query) HTTP/1.1\r\nHost: \(host)\r\nAccept: text/html\r\n"
                + "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0\r\n"
                + "Connection: close\r\n\(cookie)\(fields)\r\n"
        )
        let text = String(decoding: try await connection.readToEnd(), as: UTF8.self)
        await connection.close()
        let end = text.range(of: "\r\n\r\n")
        let answer = Answer(
            status: Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0,
            head: String(text[..<(end?.lowerBound ?? text.endIndex)]),
            body: end.map { String(text[$0.upperBound...]) } ?? ""
        )
        for field in answer.setCookies { self.take(field, of: host) }
        return answer
    }

    private func take(_ field: String, of host: String) {
        let pair = field.prefix { $0 != ";" }
        guard let equals = pair.firstIndex(of: "=") else { return }
        let name = String(pair[..<equals])
        let isOver = field.contains("Max-Age=0;")
        self.cookies[host, default: [:]][name] = isOver ? nil : String(pair[pair.index(after: equals)...])
    }

    /// Logs in at a fake provider, from a URL to what it leads back to: the last answer, which is the endpoint's own after
    /// the login, or the page of an error.
    func login(_ url: String, at provider: FakeProvider, iss: String? = nil) async throws -> Answer {
        let begun = try await self.get(url)
        guard begun.status == 302, begun.location.hasPrefix(provider.issuer + "/authorize") else { return begun }
        let back = try await self.get(try provider.agree(at: begun.location, iss: iss))
        guard back.status == 302 else { return back }
        let ended = try await self.get(back.location)
        guard ended.status == 302 else { return ended }
        return try await self.get(ended.location)
    }
}
