import EdgeLink
import Model
import NIOCore
import VisitorPages

/// The page that people see before what an account serves, where the operator wants that (`spec/endpoints.md` 10.1): on an
/// edge that strangers may use, a look at the address is what keeps them from typing a password into a copy of their bank.
///
/// It runs nothing and knows nobody: who goes on by its link gets a cookie of that host for a week. Programs don't see it.
struct BrowserWarning {
    /// What the link leads to; the page's own address stands behind its `?`.
    private static let path: StaticString = "/.portico/visit?"
    private static let cookie: StaticString = "portico-visited=1"
    private static let cookieSeconds = 7 * 24 * 3600

    let host: String
    let isSecure: Bool
    let account: String

    /// - Returns: nil where the request goes on to the endpoint.
    func answer(_ head: RequestHead, in bytes: UnsafeRawBufferPointer) -> LocalAnswer? {
        guard head.method == .get, !head.isUpgrade else { return nil }
        let signs = Signs(head, in: bytes)
        guard signs.isBrowser, !signs.skips else { return nil }
        if let target = Self.target(of: head, in: bytes), signs.comes(from: self.origin) {
            return self.goOn(to: target)
        }
        return signs.hasVisited ? nil : self.page(for: String(decoding: bytes[head.pathRange], as: UTF8.self))
    }

    private var origin: String { "\(self.isSecure ? "https" : "http")://\(self.host)" }

    // MARK: Answers

    private func page(for target: String) -> LocalAnswer {
        let code = ErrorCode.browserWarning
        let target = target.hasPrefix("/") ? target : "/" + target
        let page = VisitorPage(
            title: "You are about to visit \(self.host)",
            failure: """
                This site is served by \(self.account), through an edge that belongs to somebody else. It may not be what \
                it seems.
                """,
            remedy: code.remedy,
            code: code.name,
            requestID: nil,
            link: .init(text: "Visit site", target: "\(Self.path)\(target)")
        )
        return LocalAnswer(
            status: code.httpStatus,
            fields: [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", VisitorPage.contentSecurityPolicy),
                ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "same-origin"), ("ngrok-error-code", code.wireName),
            ],
            body: ByteBuffer(string: page.html)
        )
    }

    private func goOn(to target: String) -> LocalAnswer {
        let secure = self.isSecure ? "; Secure" : ""
        return LocalAnswer(
            status: 302,
            fields: [
                ("Location", target), ("Cache-Control", "no-store"),
                (
                    "Set-Cookie",
                    "\(Self.cookie); Max-Age=\(Self.cookieSeconds); Path=/; HttpOnly; SameSite=Lax\(secure)"
                ),
            ]
        )
    }

    /// Where the page's link leads on to: a path of this host, and nothing that a browser reads as another.
    private static func target(of head: RequestHead, in bytes: UnsafeRawBufferPointer) -> String? {
        let text = String(decoding: bytes[head.pathRange], as: UTF8.self)
        guard text.hasPrefix("\(Self.path)/") else { return nil }
        let target = text.dropFirst(Self.path.utf8CodeUnitCount)
        guard !target.hasPrefix("//"), !target.hasPrefix("/\\") else { return nil }
        return String(target)
    }
}

/// What the fields of a request say of who sent it.
private struct Signs {
    private(set) var isBrowser = false
    private(set) var skips = false
    private(set) var hasVisited = false
    private var isMozilla = false
    private var site: String?
    private var referrer: String?

    init(_ head: RequestHead, in bytes: UnsafeRawBufferPointer) {
        for index in 0..<head.fields.count {
            let slot = head.fields[index]
            func text() -> String { String(decoding: bytes[slot.value], as: UTF8.self) }
            if bytes.matches("user-agent", in: slot.name) {
                self.isMozilla = text().hasPrefix("Mozilla/")
            } else if bytes.matches("ngrok-skip-browser-warning", in: slot.name) {
                self.skips = true
            } else if bytes.matches("cookie", in: slot.name) {
                let cookies = text().split(separator: ";").map { $0.drop { $0 == " " } }
                self.hasVisited = self.hasVisited || cookies.contains("portico-visited=1")
            } else if bytes.matches("sec-fetch-site", in: slot.name) {
                self.site = text()
            } else if bytes.matches("referer", in: slot.name) {
                self.referrer = text()
            }
        }
        if case .page = ErrorResponse.Format(for: head, in: bytes) { self.isBrowser = self.isMozilla }
    }

    /// Whether a page of `origin` led here: a stranger's link must not go past the warning.
    func comes(from origin: String) -> Bool {
        if let site { return site == "same-origin" }
        return self.referrer?.lowercased().hasPrefix(origin.lowercased() + "/") ?? false
    }
}
