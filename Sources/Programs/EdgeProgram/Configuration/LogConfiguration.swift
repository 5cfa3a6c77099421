import Settings

package struct LogConfiguration: Sendable {
    package enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    package enum Format: String, Sendable, CaseIterable {
        case text, json
    }

    package let level: Level
    package let format: Format

    init(from settings: SettingsReader) {
        self.level = settings.value(
            "level",
            .choice(),
            default: .info,
            "The least important that is written. Visitors cause nothing above `debug`."
        )
        self.format = settings.value("format", .choice(), default: .text, "One line for people, or one JSON object.")
    }
}
