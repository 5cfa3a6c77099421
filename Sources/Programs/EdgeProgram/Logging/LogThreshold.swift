import Logging
import Synchronization

/// The least important level that is written, for all loggers of a process at once. It may change while they are used.
final class LogThreshold: Sendable {
    private let index: Atomic<Int>

    init(_ level: LogConfiguration.Level) {
        self.index = Atomic(Self.index(of: level.loggerLevel))
    }

    func set(_ level: LogConfiguration.Level) {
        self.index.store(Self.index(of: level.loggerLevel), ordering: .relaxed)
    }

    var level: Logger.Level { Self.levels[self.index.load(ordering: .relaxed)] }

    private static let levels = Logger.Level.allCases

    private static func index(of level: Logger.Level) -> Int { self.levels.firstIndex(of: level) ?? 0 }
}
