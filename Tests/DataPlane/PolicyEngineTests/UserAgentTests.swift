import Testing

@testable import PolicyEngine

@Suite struct UserAgentTests {
    struct Case: Sendable {
        let field: String
        /// `name version / os osVersion / device / flags`
        let summary: String
    }

    static let cases = [
        Case(
            field:
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
            summary: "Chrome 126.0.0.0 / Windows 10.0 /  / desktop"
        ),
        Case(
            field:
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.1",
            summary: "Edge 126.0.1 / Windows 10.0 /  / desktop"
        ),
        Case(
            field:
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
            summary: "Safari 17.5 / macOS 10.15.7 /  / desktop"
        ),
        Case(
            field: "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
            summary: "Firefox 127.0 / Linux  /  / desktop"
        ),
        Case(
            field:
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            summary: "Chrome 126.0 / ChromeOS 14541.0.0 /  / desktop"
        ),
        Case(
            field:
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            summary: "Safari 17.5 / iOS 17.5 / iPhone / mobile"
        ),
        Case(
            field:
                "Mozilla/5.0 (iPad; CPU OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/125.0 Mobile/15E148 Safari/604.1",
            summary: "Chrome 125.0 / iOS 16.1 / iPad / tablet"
        ),
        Case(
            field:
                "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
            summary: "Chrome 126.0 / Android 14 / Pixel 8 / mobile"
        ),
        Case(
            field: "Mozilla/5.0 (Android 13; Tablet; rv:127.0) Gecko/127.0 Firefox/127.0",
            summary: "Firefox 127.0 / Android 13 /  / tablet"
        ),
        Case(
            field: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            summary: "Googlebot 2.1 /   /  / bot http://www.google.com/bot.html"
        ),
        Case(field: "curl/8.5.0", summary: "curl 8.5.0 /   /  / "),
        Case(
            field: "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
            summary: "Internet Explorer 11.0 / Windows 6.1 /  / desktop"
        ),
        Case(field: "", summary: "  /   /  / "),
        Case(field: "((((", summary: "  /   /  / "),
    ]

    @Test(arguments: Self.cases) func `A user agent is told by what it says`(example: Case) {
        let agent = UserAgent(example.field)
        let flags = [
            agent.isMobile ? "mobile" : nil, agent.isTablet ? "tablet" : nil, agent.isDesktop ? "desktop" : nil,
            agent.isBot ? "bot" : nil, agent.url.isEmpty ? nil : agent.url,
        ].compactMap(\.self).joined(separator: " ")
        #expect(
            "\(agent.name) \(agent.version) / \(agent.os) \(agent.osVersion) / \(agent.device) / \(flags)"
                == example.summary
        )
    }
}
