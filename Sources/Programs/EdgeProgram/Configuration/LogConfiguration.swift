import Settings

package struct LogConfiguration: Sendable {
    package enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    package enum Format: String, Sendable, CaseIterable {
        case text, json
    }

    /// Of which requests and connections that policies have judged an event is written.
    package enum Traffic: String, Sendable, CaseIterable {
        case none, noted, judged
    }

    package let level: Level
    package let format: Format
    package let traffic: Traffic

    init(from settings: SettingsReader) {
        self.level = settings.value(
            "level",
            .choice(),
            default: .info,
            "The least important that is written. Visitors cause nothing above `debug`."
        )
        self.format = settings.value("format", .choice(), default: .text, "One line for people, or one JSON object.")
        self.traffic = settings.value(
            "traffic",
            .choice(),
            default: .noted,
            """
            Which requests and connections that a traffic policy has judged are written, each as an event in JSON on a line \
            of its own: `noted` are those of which a `log` action says something, or in which a rule went wrong, `judged` \
            all of them. What cannot be written fast enough is left out and counted.
            """
        )
    }
}
