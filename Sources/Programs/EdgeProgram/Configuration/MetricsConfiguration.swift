import Settings

package struct MetricsConfiguration: Sendable {
    package let endpoints: Int

    init(from settings: SettingsReader) {
        self.endpoints = settings.value(
            "endpoints",
            .integer(in: 0...1_000_000, of: "endpoints"),
            default: 1000,
            "Endpoints whose requests each event loop counts apart; the requests of the others are counted together."
        )
    }
}
