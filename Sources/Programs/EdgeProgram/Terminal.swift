import Foundation
package import Model
import Settings

/// What the program says to whoever started it.
package enum Terminal {
    /// One line on standard output.
    package static func say(_ line: String) {
        print(line)
        // Whoever waits for a line behind a pipe gets it now.
        fflush(nil)
    }

    package static func warn(_ line: String) {
        Self.writeError("warning: \(line)")
    }

    /// A failure: a line with code and remedy; for a configuration with several mistakes, a line for each behind it.
    package static func report(_ failure: Failure) {
        Self.writeError(Self.text(of: failure))
    }

    /// What another process says is wrong.
    package static func complain(_ text: String) {
        Self.writeError(text)
    }

    static func text(of failure: Failure) -> String {
        guard let settings = failure.cause as? SettingsError else { return failure.description }
        guard settings.problems.count == 1 else { return "\(failure)\n\(settings)" }
        return ([failure.description] + settings.problems.compactMap(\.excerpt)).joined(separator: "\n")
    }

    /// A line of the log, on standard error.
    @Sendable
    static func log(_ line: String) {
        Self.writeError(line)
    }

    private static func writeError(_ text: String) {
        // Nobody reads any more: there is nobody left to tell.
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
    }
}
