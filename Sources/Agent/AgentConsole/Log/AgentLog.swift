/// The agent's log: records of a level and above, spelt in a format, on their way to a writer.
///
/// It never waits: lines that find the writer full are dropped, and a later line says how many.
package struct AgentLog: Sendable {
    private let writer: OutputWriter
    private let format: LogFormat
    private let level: LogRecord.Level

    package init(to writer: OutputWriter, format: LogFormat, level: LogRecord.Level) {
        self.writer = writer
        self.format = format
        self.level = level
    }

    package func write(_ level: LogRecord.Level, _ message: String, _ fields: [LogRecord.Field] = []) {
        guard level >= self.level else { return }
        if self.writer.isIdle, case let dropped = self.writer.takeDropped(), dropped > 0 {
            let record = LogRecord(.warn, "log lines were dropped", [LogRecord.Field("count", "\(dropped)")])
            self.writer.write(self.format.line(record))
        }
        self.writer.write(self.format.line(LogRecord(level, message, fields)))
    }

    package func finish() async {
        await self.writer.drain(within: .milliseconds(500))
    }
}
