import AgentRuntime
import Foundation
import Inspection
import NIOCore
import Testing

@testable import AgentConsole
@testable import Portico

struct ConsoleViewTests {
    private static let utc = TimeZone(secondsFromGMT: 0) ?? .current
    private static let noon = Date(timeIntervalSince1970: 1_735_819_200.123)

    private static func details(banner: String = "") -> Agent.SessionDetails {
        Agent.SessionDetails(
            id: "ts_1",
            accountName: "Ada",
            planName: "Self-hosted",
            region: "local",
            serverVersion: "0.1.0",
            banner: banner,
            deprecation: nil
        )
    }

    /// An agent that is online, serves one endpoint and has answered two requests.
    private static func online() -> ConsoleState {
        var state = ConsoleState(program: "portico", version: "0.1.0")
        state.happened(.statusChanged(.online), details: Self.details())
        state.happened(.latencyMeasured(.milliseconds(45)), details: nil)
        state.started(Endpoint.ID(value: 1), url: "https://k3f9.example", upstream: "http://localhost:8080")
        state.connectionOpened(at: .uptimeNanoseconds(0))
        state.connectionClosed(after: .milliseconds(1500))
        state.answered(
            ObservedExchange(method: "GET", target: "/a", status: 200, reason: "OK", duration: .zero),
            at: Self.noon
        )
        state.answered(
            ObservedExchange(method: "POST", target: "/b", status: 404, reason: "Not Found", duration: .zero),
            at: Self.noon
        )
        return state
    }

    private static func picture(_ state: ConsoleState, columns: Int = 80, rows: Int = 24) -> String {
        ConsoleView(columns: columns, rows: rows, isColoured: false, zone: Self.utc).lines(state)
            .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
            .joined(separator: "\n")
    }

    @Test func `A screen shows the session, the endpoints, the connections and the last requests`() {
        #expect(
            Self.picture(Self.online()) == """
                portico                                                         (Ctrl+C to quit)

                Session Status                online
                Account                       Ada (Plan: Self-hosted)
                Version                       0.1.0
                Region                        local
                Latency                       45ms
                Forwarding                    https://k3f9.example -> http://localhost:8080

                Connections                   ttl     opn     rt1     rt5     p50     p90
                                              1       0       0.00    0.00    1.50    1.50

                HTTP Requests
                -------------
                12:00:00.123 UTC POST /b                                    404 Not Found
                12:00:00.123 UTC GET /a                                     200 OK
                """
        )
    }

    @Test func `An agent that connects shows little`() {
        #expect(
            Self.picture(ConsoleState(program: "portico", version: "0.1.0")) == """
                portico                                                         (Ctrl+C to quit)

                Session Status                connecting
                Version                       0.1.0

                Connections                   ttl     opn     rt1     rt5     p50     p90
                                              0       0       0.00    0.00    0.00    0.00
                """
        )
    }

    @Test func `A small screen keeps what tells the most: status, URL, counters and the newest requests`() {
        #expect(
            Self.picture(Self.online(), columns: 40, rows: 12) == """
                portico                         (Ctrl+C)
                Session Status online
                Latency        45ms
                https://k3f9.example
                  -> http://localhost:8080
                ttl   opn   rt1   rt5   p50   p90
                1     0     0.00  0.00  1.50  1.50
                12:00:00 POST /b                     404
                12:00:00 GET /a                      200
                """
        )
        // What has no room at all is left out, and nothing is drawn below the screen.
        #expect(Self.picture(Self.online(), columns: 20, rows: 5).split(separator: "\n").count == 5)
    }

    @Test func `The local web service has a line, and an endpoint that was closed has none`() {
        var state = Self.online()
        state.webAddress = "127.0.0.1:4040"
        #expect(Self.picture(state).contains("Web Interface                 http://127.0.0.1:4040"))
        state.closed(Endpoint.ID(value: 1))
        #expect(!Self.picture(state).contains("Forwarding"))
    }

    @Test func `A lost session says why, with the newest reason`() {
        var state = Self.online()
        state.happened(.statusChanged(.reconnecting(PorticoError(.disconnected, "Gone."))), details: nil)
        #expect(Self.picture(state, columns: 120).contains("Session Status                reconnecting (Gone.)"))
        state.happened(.connectFailed(PorticoError(.unreachable, "Refused.")), details: nil)
        #expect(Self.picture(state, columns: 120).contains("Session Status                reconnecting (Refused.)"))
        #expect(!Self.picture(state).contains("Latency"))
    }

    @Test func `An endpoint in trouble says so until it recovers`() {
        var state = Self.online()
        let id = Endpoint.ID(value: 1)
        state.happened(.endpointFailed(id, PorticoError(.endpointRefused, "Taken.")), details: nil)
        #expect(Self.picture(state).contains("https://k3f9.example is offline: Taken."))
        state.happened(.endpointRecovered(id), details: nil)
        #expect(Self.picture(state).contains("https://k3f9.example -> http://localhost:8080"))
        state.happened(.endpointStopped(id, PorticoError(.endpointRefused, "Enough.")), details: nil)
        #expect(Self.picture(state).contains("https://k3f9.example was stopped: Enough."))
        #expect(!Self.picture(state).contains("Forwarding"))
    }

    @Test func `The edge's banner stands on top`() {
        var state = Self.online()
        state.happened(.statusChanged(.online), details: Self.details(banner: "Maintenance at noon"))
        #expect(Self.picture(state).contains("\n\nMaintenance at noon\n\nSession Status"))
    }

    @Test func `An upstream that cannot be reached is told once, until it answers`() {
        var state = Self.online()
        for _ in 0..<5 { state.unreachable("localhost:8080", because: "connection refused") }
        let notice = "localhost:8080 cannot be reached: connection refused"
        #expect(Self.picture(state).components(separatedBy: notice).count == 2)
        state.reached("localhost:9090")
        #expect(Self.picture(state).contains(notice))
        state.reached("localhost:8080")
        #expect(!Self.picture(state).contains("cannot be reached"))
    }

    @Test func `A URL that leaves no room for its upstream is shown whole`() {
        var state = ConsoleState(program: "portico", version: "0.1.0")
        let url = "https://a-name-that-is-long.edge.example.com:8443"
        state.started(Endpoint.ID(value: 1), url: url, upstream: "http://localhost:8080")
        let blanks = String(repeating: " ", count: 20)
        #expect(Self.picture(state).contains("Forwarding\(blanks)\(url)\n\(blanks)          -> http://localhost:8080"))
    }

    /// Texts of visitors and of the edge that would take the terminal over.
    private static let hostile = "/\u{1B}[2J\u{1B}]0;title\u{7}\r\n\u{9B}31m\u{202E}\u{0}"

    @Test(arguments: [(20, 5), (33, 9), (80, 24), (200, 60)])
    func `Nothing that others send leaves its line or the screen`(columns: Int, rows: Int) {
        var state = Self.online()
        state.happened(.statusChanged(.online), details: Self.details(banner: Self.hostile))
        state.notice(Self.hostile)
        for text in [Self.hostile, String(repeating: "x", count: 5000), "/日本語/パス", "e\u{301}\u{301}\u{301}"] {
            state.answered(
                ObservedExchange(method: text, target: text, status: 200, reason: text, duration: .zero),
                at: Self.noon
            )
            state.started(Endpoint.ID(value: 2), url: text, upstream: text)
        }
        let lines = ConsoleView(columns: columns, rows: rows, isColoured: false, zone: Self.utc).lines(state)
        #expect(lines.count <= rows)
        for line in lines {
            #expect(ScreenText(line, limit: .max).width <= columns, "\(line)")
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .format })
        }
    }

    @Test func `Colours come only where they are wanted`() {
        let view = ConsoleView(columns: 80, rows: 24, isColoured: true, zone: Self.utc)
        #expect(view.lines(Self.online()).contains { $0.contains("\u{1B}[32monline\u{1B}[0m") })
        #expect(!Self.picture(Self.online()).contains("\u{1B}"))
    }

    @Test func `Only so many exchanges are remembered`() {
        var state = Self.online()
        for number in 0..<1000 {
            state.answered(
                ObservedExchange(method: "GET", target: "/\(number)", status: 200, reason: "OK", duration: .zero),
                at: Self.noon
            )
        }
        #expect(state.exchanges.count == ConsoleState.maxExchanges)
        #expect(state.exchanges.first?.exchange.target == "/999")
    }
}

struct TrafficStatisticsTests {
    @Test func `Rates follow what comes, and decay when nothing does`() {
        var statistics = TrafficStatistics()
        var now = NIODeadline.uptimeNanoseconds(0)
        for _ in 0..<600 {
            for _ in 0..<5 { statistics.opened(at: now) }
            now = now + .seconds(1)
        }
        statistics.advance(to: now)
        // Five a second for ten minutes.
        #expect((4.5...5.5).contains(statistics.rate1))
        #expect((4.0...5.5).contains(statistics.rate5))
        statistics.advance(to: now + .minutes(5))
        #expect(statistics.rate1 < 0.1)
        #expect((1.0...2.5).contains(statistics.rate5))
        statistics.advance(to: now + .hours(48))
        #expect(statistics.rate5 == 0)
    }

    @Test func `Percentiles are of the durations that ended`() {
        var statistics = TrafficStatistics()
        #expect(statistics.percentile(0.5) == 0)
        for second in 1...100 {
            statistics.opened(at: .uptimeNanoseconds(0))
            statistics.closed(after: .seconds(Int64(second)))
        }
        #expect(statistics.percentile(0.5) == 51)
        #expect(statistics.percentile(0.9) == 91)
        #expect(statistics.open == 0)
        #expect(statistics.total == 100)
    }
}
