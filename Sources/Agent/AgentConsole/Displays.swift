package import AgentRuntime
import Foundation
package import Portico

extension OutputPlan {
    /// Opens the displays of the plan. The terminal view takes the screen at once.
    ///
    /// - Parameters:
    ///   - program: the name that is shown.
    ///   - others: what else is to be told.
    /// - Returns: all of them as one.
    /// - Throws: `PorticoError` when the log file cannot be opened.
    package func open(program: String, beside others: [any AgentDisplay]) throws(PorticoError) -> any AgentDisplay {
        // The others come first: who reads in a log that something is there finds it there.
        var displays = others
        if let descriptor = try self.logDescriptor() {
            let format: LogFormat =
                switch self.format {
                case .term: .term
                case .logfmt: .logfmt
                case .json: .json
                }
            let level = LogRecord.Level(self.level)
            displays.append(
                LogDisplay(AgentLog(to: OutputWriter(descriptor: descriptor), format: format, level: level))
            )
        }
        if self.showsConsole {
            let state = ConsoleState(program: program, version: Agent.version)
            // https://no-color.org
            let isColoured = ProcessInfo.processInfo.environment["NO_COLOR"]?.isEmpty ?? true
            let terminal = TerminalDisplay(state, descriptor: STDOUT_FILENO, isColoured: isColoured)
            terminal.begin()
            displays.append(terminal)
        }
        return CombinedDisplay(displays)
    }

    /// nil when there is no log.
    private func logDescriptor() throws(PorticoError) -> Int32? {
        switch self.log {
        case .none: return nil
        case .standardOutput: return STDOUT_FILENO
        case .standardError: return STDERR_FILENO
        case .file(let path):
            let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw PorticoError(
                    .invalidConfiguration,
                    "The log file \(path.quotedForDisplay) cannot be opened: \(String(cString: strerror(errno))).",
                    remedy: "Give --log another path, stdout, stderr or false."
                )
            }
            return descriptor
        }
    }
}

extension LogRecord.Level {
    fileprivate init(_ name: LogLevelName) {
        switch name {
        case .debug: self = .debug
        case .info: self = .info
        case .warn: self = .warn
        case .error: self = .error
        case .crit: self = .crit
        }
    }
}
