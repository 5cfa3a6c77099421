package import Foundation
import Portico

/// How a log line is spelt (`spec/agent.md` 6). Tools split these lines with shell rules: a quote that is not
/// balanced, or a raw newline, would cost them the line.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people: `INFO[01-02|03:04:05] message   key=value`.
    case term
    case logfmt
    /// An object a line, keys sorted.
    case json

    /// The line, with its newline; times are shown in `zone`.
    package func line(_ record: LogRecord, in zone: TimeZone = .current) -> String {
        switch self {
        case .term: Self.term(record, Clock(record.time, in: zone))
        case .logfmt: Self.logfmt(record, Clock(record.time, in: zone))
        case .json: Self.json(record, Clock(record.time, in: zone))
        }
    }

    private static func logfmt(_ record: LogRecord, _ clock: Clock) -> String {
        var line =
            "t=\(clock.date)T\(clock.time)\(clock.offset) lvl=\(record.level.label) msg=\(Self.value(record.message))"
        for field in record.fields {
            line += " \(field.key)=\(field.value.map(Self.value) ?? "nil")"
        }
        return line + "\n"
    }

    private static func term(_ record: LogRecord, _ clock: Clock) -> String {
        var line = "\(record.level.label.uppercased())[\(clock.date.dropFirst(5))|\(clock.time)] "
        let message = Self.escaped(record.message)
        line +=
            record.fields.isEmpty
            ? message : message.padding(toLength: max(40, message.count), withPad: " ", startingAt: 0)
        for field in record.fields {
            line += " \(field.key)=\(field.value.map(Self.value) ?? "nil")"
        }
        return line + "\n"
    }

    private static func json(_ record: LogRecord, _ clock: Clock) -> String {
        var members = [
            "t": Self.jsonText("\(clock.date)T\(clock.time)\(clock.offset)"),
            "lvl": Self.jsonText(record.level.label),
            "msg": Self.jsonText(record.message),
        ]
        for field in record.fields {
            members[field.key] = field.value.map(Self.jsonText) ?? "null"
        }
        let text = members.sorted { $0.key < $1.key }.map { "\(Self.jsonText($0.key)):\($0.value)" }
        return "{" + text.joined(separator: ",") + "}\n"
    }

    /// Bare where it is one plain word, quoted otherwise.
    private static func value(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text != "nil"
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Self.special.contains($0) }
        return isPlain ? text : "\"\(Self.escaped(text))\""
    }

    private static let special = Set("\"'\\=`$".utf8)

    /// With `"` and `\` escaped, and control characters as visible escapes.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default:
                let shown = scalar.escapedForDisplay
                // The escapes begin with a backslash, which a reader takes away once.
                result += shown.hasPrefix("\\") ? "\\" + shown : shown
            }
        }
        return result
    }

    private static func jsonText(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let other where other.value < 0x20 || (0x7F..<0xA0).contains(other.value):
                let digits = String(other.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// A moment as the parts that people read.
struct Clock {
    /// `2025-01-02`.
    let date: String
    /// `03:04:05`.
    let time: String
    let milliseconds: String
    /// `+0000`.
    let offset: String
    /// `UTC`, `CET`.
    let zone: String

    init(_ moment: Date, in zone: TimeZone) {
        let seconds = zone.secondsFromGMT(for: moment)
        let thousandths = Int64((moment.timeIntervalSince1970 * 1000).rounded())
        var local = time_t(thousandths / 1000) + seconds
        var parts = tm()
        gmtime_r(&local, &parts)
        self.date = "\(parts.tm_year + 1900)-\(Self.two(parts.tm_mon + 1))-\(Self.two(parts.tm_mday))"
        self.time = "\(Self.two(parts.tm_hour)):\(Self.two(parts.tm_min)):\(Self.two(parts.tm_sec))"
        self.milliseconds = String(String(thousandths % 1000 + 1000).dropFirst())
        let minutes = abs(seconds) / 60
        self.offset = "\(seconds < 0 ? "-" : "+")\(Self.two(Int32(minutes / 60)))\(Self.two(Int32(minutes % 60)))"
        self.zone = zone.abbreviation(for: moment).map { $0 == "GMT" ? "UTC" : $0 } ?? self.offset
    }

    private static func two(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
