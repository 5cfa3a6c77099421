package import Foundation

/// One line of the agent's log (`spec/agent.md` 6).
package struct LogRecord: Sendable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug, info, warn, error, crit

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        /// As it is printed: four letters, which tools that read the log know.
        package var label: String {
            switch self {
            case .debug: "dbug"
            case .info: "info"
            case .warn: "warn"
            case .error: "eror"
            case .crit: "crit"
            }
        }
    }

    /// A key and its value; nil is printed as `nil`.
    package struct Field: Sendable {
        package let key: String
        package let value: String?

        package init(_ key: String, _ value: String?) {
            self.key = key
            self.value = value
        }
    }

    package let time: Date
    package let level: Level
    package let message: String
    package let fields: [Field]

    package init(_ level: Level, _ message: String, _ fields: [Field] = [], at time: Date = Date()) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields
    }
}
