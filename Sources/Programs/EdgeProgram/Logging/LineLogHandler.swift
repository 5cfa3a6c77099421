import Foundation
package import Logging

/// Writes each event as one line of text or one JSON object. What others sent can't break a line or move a cursor.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level {
        get { self.ownLevel ?? self.threshold.level }
        set { self.ownLevel = newValue }
    }
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private let label: String
    private let threshold: LogThreshold
    /// Of a logger that was given one of its own.
    private var ownLevel: Logger.Level?
    private let format: LogConfiguration.Format
    private let write: @Sendable (String) -> Void
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - label: of the logger.
    ///   - configuration: how much is written, and how.
    ///   - threshold: says how much in place of the configuration, as it is at each moment.
    ///   - now: the time of an event.
    ///   - write: takes whole lines, without their end.
    init(
        label: String,
        _ configuration: LogConfiguration,
        threshold: LogThreshold? = nil,
        now: @escaping @Sendable () -> Date = { Date() },
        write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.format = configuration.format
        self.threshold = threshold ?? LogThreshold(configuration.level)
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var facts = self.metadata
        if let provided = self.metadataProvider?.get() { facts.merge(provided) { $1 } }
        if let given = event.metadata { facts.merge(given) { $1 } }
        let sorted = facts.map { (key: $0.key, value: "\($0.value)") }.sorted { $0.key < $1.key }
        switch self.format {
        case .text: self.write(self.text(event, sorted))
        case .json: self.write(self.json(event, sorted))
        }
    }

    private func text(_ event: LogEvent, _ facts: [(key: String, value: String)]) -> String {
        let time = self.now().formatted(Self.time)
        let head = "\(time) \(event.level.rawValue) \(LineText.plain("\(event.message)"))"
        return ([head] + facts.map { "\($0.key)=\(LineText.word($0.value))" }).joined(separator: " ")
    }

    private func json(_ event: LogEvent, _ facts: [(key: String, value: String)]) -> String {
        let time = self.now().formatted(Self.time)
        let members = [
            ("time", time), ("level", event.level.rawValue), ("logger", self.label), ("message", "\(event.message)"),
        ]
        return "{"
            + (members + facts.map { ($0.key, $0.value) })
            .map { "\(LineText.json($0.0)):\(LineText.json($0.1))" }.joined(separator: ",") + "}"
    }
}

/// Text in a line.
enum LineText {
    /// Without anything that doesn't print.
    static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { Self.isPrintable($0) ? $0 : "\u{FFFD}" }))
    }

    /// As it is when it is one word, else in quotes.
    static func word(_ text: String) -> String {
        let isWord =
            !text.isEmpty && text.unicodeScalars.allSatisfy { Self.isPrintable($0) && !" \"=".contains(Character($0)) }
        return isWord ? text : Self.json(text)
    }

    /// A JSON string (RFC 8259 §7) without anything that doesn't print.
    static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where Self.isPrintable(scalar): result.unicodeScalars.append(scalar)
            case _ where scalar.value > 0xFFFF:
                for unit in String(scalar).utf16 { result += Self.escape(UInt32(unit)) }
            default: result += Self.escape(scalar.value)
            }
        }
        return result + "\""
    }

    /// JSON that is the same, without anything that doesn't print: such characters stand in strings alone.
    static func printable(json text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(Self.isPrintable) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if Self.isPrintable(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 { result += Self.escape(UInt32(unit)) }
            }
        }
        return result
    }

    private static func escape(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}

extension LogConfiguration.Level {
    var loggerLevel: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
