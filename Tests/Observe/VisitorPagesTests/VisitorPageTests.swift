import Crypto
import Foundation
import TestSupport
import Testing

@testable import VisitorPages

@Suite struct VisitorPageTests {
    @Test func `The page's policy names the hash of its style sheet, and lets nothing else in`() {
        let hash = Data(SHA256.hash(data: Data(VisitorPage.style.utf8))).base64EncodedString()
        #expect(VisitorPage.contentSecurityPolicy.contains("style-src 'sha256-\(hash)'"))
        #expect(VisitorPage.contentSecurityPolicy.hasPrefix("default-src 'none'; "))
        #expect(!VisitorPage.contentSecurityPolicy.contains("unsafe"))
    }

    @Test func `Nothing of what it is given is markup`() {
        let text = #"<script>"&'</script>"#
        let page = VisitorPage(
            title: text,
            failure: text,
            remedy: text,
            code: text,
            requestID: text,
            link: .init(text: text, target: text)
        ).html
        #expect(!page.contains("<script") && !page.contains("'</"))
        #expect(page.components(separatedBy: "&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;").count == 9)
    }

    /// The tokens of the design language, light and dark.
    private static func tokens() throws -> [String: (light: String, dark: String)] {
        let text = try String(contentsOf: SharedMaterial.file("ui/tokens.css"), encoding: .utf8)
        var tokens: [String: (light: String, dark: String)] = [:]
        for match in text.matches(of: /--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)/) {
            tokens[String(match.1)] = (String(match.2), String(match.3))
        }
        return tokens
    }

    @Test func `Its colours are those of the dashboard, in the light and in the dark`() throws {
        let tokens = try Self.tokens()
        let parts = VisitorPage.style.components(separatedBy: "@media(prefers-color-scheme:dark)")
        try #require(parts.count == 2)
        let dark = String(parts[1].prefix { $0 != "*" })
        for (style, isDark) in [(parts[0], false), (dark, true)] {
            let colours = style.matches(of: /--([a-z0-9-]+):(#[0-9a-f]+)/)
            #expect(colours.count >= 8)
            for colour in colours {
                let token = try #require(tokens[String(colour.1)], "\(colour.1)")
                #expect(String(colour.2) == (isDark ? token.dark : token.light), "\(colour.1)")
            }
        }
    }
}
