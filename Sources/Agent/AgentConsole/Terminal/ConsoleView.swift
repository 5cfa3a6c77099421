import AgentRuntime
package import Foundation
import Inspection
import Portico

/// Draws the state as the lines of a screen (`spec/agent.md` 5).
package struct ConsoleView: Sendable {
    /// Cells across and down; smaller ones than 20 by 5 count as that.
    package let columns: Int
    package let rows: Int
    /// Whether lines may carry colours.
    package let isColoured: Bool
    package let zone: TimeZone

    private static let labelWidth = 30
    private static let narrowLabelWidth = 15

    package init(columns: Int, rows: Int, isColoured: Bool, zone: TimeZone = .current) {
        self.columns = max(20, columns)
        self.rows = max(5, rows)
        self.isColoured = isColoured
        self.zone = zone
    }

    /// Exchanges that a low screen shows before it shows who and where the session is.
    private static let roomForExchanges = 3

    /// Below this there is no room for labels in a column of their own.
    private var isNarrow: Bool { self.columns < 60 }

    /// At most `rows` lines of at most `columns` cells.
    package func lines(_ state: ConsoleState) -> [String] {
        let whole = self.lines(state, details: true)
        // What tells the least goes first: a low screen keeps status, URLs, counters and the newest requests.
        let wanted = whole.above + (state.exchanges.isEmpty ? 0 : Self.headLines + Self.roomForExchanges)
        return wanted <= self.rows ? whole.lines : self.lines(state, details: false).lines
    }

    /// - Returns: the lines, and how many stand above the exchanges.
    private func lines(_ state: ConsoleState, details: Bool) -> (lines: [String], above: Int) {
        let gap = details ? [""] : []
        var lines = [self.title(state)] + gap
        lines += self.notices(state, gap).map { self.paint($0, .yellow) }
        lines += self.session(state, details: details)
        lines += self.forwardings(state)
        lines += gap + self.connections(state)
        let above = lines.count
        lines += self.exchanges(state, room: self.rows - above, isLow: !details)
        return (Array(lines.prefix(self.rows)), above)
    }

    private func title(_ state: ConsoleState) -> String {
        let hint = self.isNarrow ? "(Ctrl+C)" : "(Ctrl+C to quit)"
        let name = ScreenText(state.program, limit: max(1, self.columns - hint.count - 1))
        return self.paint(name.padded(to: self.columns - hint.count), .bold) + hint
    }

    private func notices(_ state: ConsoleState, _ gap: [String]) -> [String] {
        var notices = state.notices
        if let banner = state.details?.banner, !banner.isEmpty { notices.insert(banner, at: 0) }
        if let deprecation = state.details?.deprecation { notices.insert(deprecation, at: 0) }
        guard !notices.isEmpty else { return [] }
        return notices.map { ScreenText($0, limit: self.columns).text } + gap
    }

    private func session(_ state: ConsoleState, details: Bool) -> [String] {
        var lines = [self.status(state)]
        if details {
            if let session = state.details {
                let plan = session.planName.isEmpty ? "" : " (Plan: \(session.planName))"
                lines.append(self.row("Account", session.accountName + plan))
            }
            lines.append(self.row("Version", state.version))
            if let region = state.details?.region, !region.isEmpty {
                lines.append(self.row("Region", region))
            }
        }
        if let latency = state.latency {
            lines.append(self.row("Latency", Self.milliseconds(latency)))
        }
        if let address = state.webAddress { lines.append(self.row("Web Interface", "http://\(address)")) }
        return lines
    }

    private func status(_ state: ConsoleState) -> String {
        switch state.status {
        case .connecting: self.row("Session Status", "connecting", .yellow)
        case .online where state.isStalled: self.row("Session Status", "connected, no data flows", .red)
        case .online where state.isPartlyStalled: self.row("Session Status", "partly online", .yellow)
        case .online: self.row("Session Status", "online", .green)
        case .reconnecting(let error): self.row("Session Status", "reconnecting (\(error.message))", .red)
        case .closed: self.row("Session Status", "closed", .red)
        }
    }

    private func forwardings(_ state: ConsoleState) -> [String] {
        state.forwardings.flatMap { forwarding -> [String] in
            if let trouble = forwarding.trouble {
                return [self.forwarding("\(forwarding.url) is offline: \(trouble)", .red)]
            }
            let lines = self.lines(of: forwarding)
            return lines
                + (forwarding.stall.map { [self.isNarrow ? self.line($0, .red) : self.row("", $0, .red)] } ?? [])
        }
    }

    private func lines(of forwarding: ConsoleState.Forwarding) -> [String] {
        // The URL is what somebody copies: it has a line of its own where both do not fit one.
        let text = "\(forwarding.url) -> \(forwarding.upstream)"
        let fits = text.count <= self.columns - (self.isNarrow ? 0 : Self.labelWidth)
        if fits { return [self.forwarding(text)] }
        let second = "-> \(forwarding.upstream)"
        return [self.forwarding(forwarding.url), self.isNarrow ? self.line("  \(second)") : self.row("", second)]
    }

    private func forwarding(_ text: String, _ colour: Colour = .plain) -> String {
        self.isNarrow ? self.line(text, colour) : self.row("Forwarding", text, colour)
    }

    private func connections(_ state: ConsoleState) -> [String] {
        let statistics = state.statistics
        let values = [
            "\(statistics.total)", "\(statistics.open)", Self.decimal(statistics.rate1), Self.decimal(statistics.rate5),
            Self.decimal(statistics.percentile(0.5)), Self.decimal(statistics.percentile(0.9)),
        ]
        let names = ["ttl", "opn", "rt1", "rt5", "p50", "p90"]
        // Under the label where it has no column of its own; six columns of what the screen has.
        let width = min(8, self.columns / 6)
        if self.isNarrow {
            return [self.line(Self.cells(names, width: width)), self.line(Self.cells(values, width: width))]
        }
        return [
            self.row("Connections", Self.cells(names, width: width)), self.row("", Self.cells(values, width: width)),
        ]
    }

    /// Lines above the first exchange, where there is room for them.
    private static let headLines = 3

    private func exchanges(_ state: ConsoleState, room: Int, isLow: Bool) -> [String] {
        guard !state.exchanges.isEmpty, room > 0 else { return [] }
        let head = isLow ? [] : ["", "HTTP Requests", "-------------"]
        guard room > head.count else { return [] }
        let shown = state.exchanges.prefix(room - head.count).map { item in
            let reason = self.isNarrow ? "" : " \(item.exchange.reason)"
            return (item: item, status: ScreenText("\(item.exchange.status)\(reason)", limit: 26))
        }
        // One column for all, however long a service's words are.
        let column = shown.reduce(self.isNarrow ? 3 : 20) { max($0, $1.status.width) }
        return head
            + shown.map { item, status in
                let clock = Clock(item.time, in: self.zone)
                let time = self.isNarrow ? "\(clock.time) " : "\(clock.time).\(clock.milliseconds) \(clock.zone) "
                let width = max(1, self.columns - time.count - 1 - column)
                return time
                    + ScreenText("\(item.exchange.method) \(item.exchange.target)", limit: width).padded(to: width)
                    + " "
                    + self.paint(status.text, Self.colour(ofStatus: item.exchange.status))
            }
    }

    /// A line without a label.
    private func line(_ text: String, _ colour: Colour = .plain) -> String {
        self.paint(ScreenText(text, limit: self.columns).text, colour)
    }

    private func row(_ label: String, _ value: String, _ colour: Colour = .plain) -> String {
        let width = self.isNarrow ? min(Self.narrowLabelWidth, self.columns / 2) : Self.labelWidth
        let shown = ScreenText(value, limit: self.columns - width)
        return ScreenText(label, limit: width).padded(to: width) + self.paint(shown.text, colour)
    }
}

extension ConsoleView {
    private enum Colour: String {
        case plain = ""
        case bold = "1"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        self.isColoured && colour != .plain ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    private static func colour(ofStatus status: Int) -> Colour {
        switch status {
        case 500...: .red
        case 400..<500: .yellow
        case 300..<400: .cyan
        default: .green
        }
    }

    private static func cells(_ values: [String], width: Int) -> String {
        let cells = values.map { $0.padding(toLength: max(width, $0.count + 1), withPad: " ", startingAt: 0) }.joined()
        return String(cells.reversed().drop { $0 == " " }.reversed())
    }

    /// Two digits behind the point.
    private static func decimal(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(String(hundredths % 100 + 100).dropFirst())"
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return milliseconds > 0 ? "\(milliseconds)ms" : "<1ms"
    }
}
