import Foundation
import JSON

/// How a state looks: a shape, a word, a colour.
enum StateLook: String, Sendable {
    case ok, warn, bad, idle, busy
}

/// What one place of a table or a list of facts shows.
struct Cell: Sendable {
    var text: String
    var href: String?
    var look: StateLook?
    /// For what a machine reads.
    var isCode = false
    var isMuted = false
    /// A second line.
    var sub: String?
    /// When it was or will be; then `text` is how long that is.
    var time: Date?
    /// Whether a button copies it.
    var mayCopy = false

    init(_ text: String, href: String? = nil, isCode: Bool = false, mayCopy: Bool = false) {
        self.text = text
        self.href = href
        self.isCode = isCode
        self.mayCopy = mayCopy
    }

    /// What is not there.
    static let none: Cell = {
        var cell = Cell("-")
        cell.isMuted = true
        return cell
    }()

    static func state(_ look: StateLook, _ word: String) -> Cell {
        var cell = Cell(word)
        cell.look = look
        return cell
    }

    static func code(_ text: String, mayCopy: Bool = false) -> Cell { Cell(text, isCode: true, mayCopy: mayCopy) }

    static func time(_ date: Date?) -> Cell {
        guard let date else { return .none }
        var cell = Cell(TimeText.relative(date))
        cell.time = date
        return cell
    }

    /// The text of a member; a dash where it is empty or is not there.
    static func text(_ value: JSONValue?) -> Cell {
        guard let text = value?.string, !text.isEmpty else { return .none }
        return Cell(text)
    }

    func with(sub: String?) -> Cell {
        var cell = self
        cell.sub = sub.flatMap { $0.isEmpty ? nil : $0 }
        return cell
    }
}

/// A cell as templates read it.
struct CellView {
    let classes: String
    let text: String
    let href: String?
    let look: String?
    let isCode: Bool
    let isMuted: Bool
    let sub: String?
    let datetime: String?
    let exact: String
    let copies: Bool

    init(_ cell: Cell, classes: String = "") {
        self.classes = classes
        self.text = cell.text
        self.href = cell.href
        self.look = cell.look?.rawValue
        self.isCode = cell.isCode
        self.isMuted = cell.isMuted
        self.sub = cell.sub
        self.datetime = cell.time?.formatted(.iso8601)
        self.exact = cell.time.map(TimeText.exact) ?? ""
        self.copies = cell.mayCopy && cell.text != "-"
    }
}

/// Times as people read them: how long ago within a day, then the date.
enum TimeText {
    static func relative(_ date: Date, from now: Date = Date()) -> String {
        let seconds = date.timeIntervalSince(now)
        let past = -seconds
        if past >= 0, past < 86_400 { return past < 60 ? "now" : Self.length(past) }
        if seconds > 0, seconds < 86_400 { return "in \(Self.length(seconds))" }
        return Self.day(date)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `22 Nov 2026`, by UTC.
    private static func day(_ date: Date) -> String {
        let text: String = date.formatted(.iso8601)
        let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, Self.months.indices.contains(parts[1] - 1) else { return Self.exact(date) }
        return "\(parts[2]) \(Self.months[parts[1] - 1]) \(parts[0])"
    }

    static func exact(_ date: Date) -> String {
        let text = date.formatted(.iso8601)
        return text.replacing("T", with: " ").replacing("Z", with: " UTC")
    }

    /// `4 min`, `3 h`.
    private static func length(_ seconds: TimeInterval) -> String {
        if seconds < 60 { return "\(Int(seconds)) s" }
        return seconds < 3600 ? "\(Int(seconds / 60)) min" : "\(Int(seconds / 3600)) h"
    }
}

/// Numbers as people read them.
enum NumberText {
    /// With a thin space between thousands.
    static func grouped(_ number: Int) -> String {
        let digits = String(abs(number))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "\u{2009}" }
            text.append(digit)
        }
        return number < 0 ? "-\(text)" : text
    }

    /// One digit behind the point below 100.
    static func rate(_ number: Double) -> String {
        guard number >= 0.05 else { return number > 0 ? "<0.1" : "0" }
        guard number < 100 else { return Self.grouped(Int(number.rounded())) }
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// At a line of an axis: as it is, with two digits behind the point at most.
    static func axis(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let whole = Self.grouped(hundredths / 100)
        let rest = hundredths % 100
        guard rest != 0 else { return whole }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// With the unit that leaves three digits: `1.2 MB`.
    static func bytes(_ number: Int) -> String {
        var value = Double(number)
        for unit in ["B", "kB", "MB", "GB", "TB"] {
            guard value >= 999.5, unit != "TB" else {
                return "\(unit == "B" ? Self.grouped(number) : Self.rate(value)) \(unit)"
            }
            value /= 1000
        }
        return Self.grouped(number)
    }

    static func percent(_ part: Double) -> String {
        let hundredths = Int((part * 10_000).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
