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

    package init(columns: Int, rows: Int, isColoured: Bool, zone: TimeZone = .current) {
        self.columns = max(20, columns)
        self.rows = max(5, rows)
        self.isColoured = isColoured
        self.zone = zone
    }

    /// At most `rows` lines of at most `columns` cells.
    package func lines(_ state: ConsoleState) -> [String] {
        var lines = [self.title(state), ""]
        lines += self.notices(state).map { self.paint($0, .yellow) }
        lines += self.session(state)
        lines += self.forwardings(state)
        lines += self.connections(state)
        lines += self.exchanges(state, room: self.rows - lines.count - 1)
        return Array(lines.prefix(self.rows))
    }

    private func title(_ state: ConsoleState) -> String {
        let hint = "(Ctrl+C to quit)"
        let name = ScreenText(state.program, limit: max(1, self.columns - hint.count - 1))
        return self.paint(name.padded(to: self.columns - hint.count), .bold) + hint
    }

    private func notices(_ state: ConsoleState) -> [String] {
        var notices = state.notices
        if let banner = state.details?.banner, !banner.isEmpty { notices.insert(banner, at: 0) }
        if let deprecation = state.details?.deprecation { notices.insert(deprecation, at: 0) }
        guard !notices.isEmpty else { return [] }
        return notices.map { ScreenText($0, limit: self.columns).text } + [""]
    }

    private func session(_ state: ConsoleState) -> [String] {
        var lines = [self.status(state.status)]
        if let details = state.details {
            let plan = details.planName.isEmpty ? "" : " (Plan: \(details.planName))"
            lines.append(self.row("Account", details.accountName + plan))
        }
        lines.append(self.row("Version", state.version))
        if let region = state.details?.region, !region.isEmpty {
            lines.append(self.row("Region", region))
        }
        if let latency = state.latency {
            lines.append(self.row("Latency", Self.milliseconds(latency)))
        }
        if let address = state.webAddress { lines.append(self.row("Web Interface", "http://\(address)")) }
        return lines
    }

    private func status(_ status: Agent.Status) -> String {
        switch status {
        case .connecting: self.row("Session Status", "connecting", .yellow)
        case .online: self.row("Session Status", "online", .green)
        case .reconnecting(let error): self.row("Session Status", "reconnecting (\(error.message))", .red)
        case .closed: self.row("Session Status", "closed", .red)
        }
    }

    private func forwardings(_ state: ConsoleState) -> [String] {
        state.forwardings.map { forwarding in
            if let trouble = forwarding.trouble {
                return self.row("Forwarding", "\(forwarding.url) is offline: \(trouble)", .red)
            }
            return self.row("Forwarding", "\(forwarding.url) -> \(forwarding.upstream)")
        }
    }

    private func connections(_ state: ConsoleState) -> [String] {
        let statistics = state.statistics
        let values = [
            "\(statistics.total)", "\(statistics.open)", Self.decimal(statistics.rate1), Self.decimal(statistics.rate5),
            Self.decimal(statistics.percentile(0.5)), Self.decimal(statistics.percentile(0.9)),
        ]
        return [
            "",
            self.row("Connections", Self.cells(["ttl", "opn", "rt1", "rt5", "p50", "p90"])),
            self.row("", Self.cells(values)),
        ]
    }

    private func exchanges(_ state: ConsoleState, room: Int) -> [String] {
        guard !state.exchanges.isEmpty, room > 3 else { return [] }
        let head = ["", "HTTP Requests", "-------------"]
        return head
            + state.exchanges.prefix(room - head.count).map { item in
                let clock = Clock(item.time, in: self.zone)
                let time = "\(clock.time).\(clock.milliseconds) \(clock.zone) "
                let status = ScreenText("\(item.exchange.status) \(item.exchange.reason)", limit: 26)
                let line = "\(item.exchange.method) \(item.exchange.target)"
                let width = max(1, self.columns - time.count - 1 - max(status.width, 20))
                return time + ScreenText(line, limit: width).padded(to: width) + " "
                    + self.paint(status.text, Self.colour(ofStatus: item.exchange.status))
            }
    }

    private func row(_ label: String, _ value: String, _ colour: Colour = .plain) -> String {
        let width = min(Self.labelWidth, self.columns / 2)
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

    private static func cells(_ values: [String]) -> String {
        let cells = values.map { $0.padding(toLength: max(8, $0.count + 1), withPad: " ", startingAt: 0) }.joined()
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
