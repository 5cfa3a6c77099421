package import JSON
import Portico

/// What was looked at, and how it is.
package struct Finding: Sendable, Equatable {
    package enum State: String, Sendable {
        case good = "ok"
        /// The agent works, but not all that it serves.
        case doubtful = "warn"
        /// Keeps the agent from being online.
        case bad = "fail"
    }

    package let state: State
    /// As reports spell it: `tunnel_protocol`.
    package let key: String
    /// As people read it: `Tunnel protocol`.
    package let title: String
    /// How it is, and what to do about it where something must be done.
    package let detail: String
    /// Of the error; nil where there is none.
    package let code: String?
    package let time: Duration?

    init(_ state: State, _ key: String, _ title: String, _ detail: String, time: Duration? = nil) {
        self.state = state
        self.key = key
        self.title = title
        self.detail = detail
        self.code = nil
        self.time = time
    }

    init(_ state: State, _ key: String, _ title: String, _ error: PorticoError, time: Duration? = nil) {
        self.state = state
        self.key = key
        self.title = title
        self.detail = error.description
        self.code = error.code
        self.time = time
    }

    /// What is wrong with the configuration, so that nothing else could be looked at.
    package init(unreadable error: any Error) {
        if let error = error as? PorticoError {
            self.init(.bad, "configuration", "Configuration", error)
        } else {
            self.init(.bad, "configuration", "Configuration", "\(error)")
        }
    }

    /// The finding on one line, for a terminal. What others have said of themselves in it moves no cursor.
    package var line: String {
        let word =
            switch self.state {
            case .good: "[ OK ]"
            case .doubtful: "[ WARN ]"
            case .bad: "[ FAIL ]"
            }
        let gap = String(repeating: " ", count: max(1, 9 - word.count))
        let title = self.title + String(repeating: " ", count: max(0, 18 - self.title.count))
        let time = self.milliseconds.map { " (\($0) ms)" } ?? ""
        return "\(word)\(gap)\(title)  \(Self.plain(self.detail + time))"
    }

    private static func plain(_ text: String) -> String {
        text.unicodeScalars.map { $0 == "\n" ? " " : $0.escapedForDisplay }.joined()
    }

    /// Tenths are enough.
    private var milliseconds: String? {
        self.time.map { time in
            let tenths = Int64((time / .microseconds(100)).rounded())
            return "\(tenths / 10).\(tenths % 10)"
        }
    }

    package var json: JSONValue {
        [
            "probe": .string(self.key),
            "state": .string(self.state.rawValue),
            "detail": .string(self.detail),
            "code": self.code.map(JSONValue.string) ?? .null,
            "milliseconds": self.milliseconds.map(JSONValue.number) ?? .null,
        ]
    }
}
