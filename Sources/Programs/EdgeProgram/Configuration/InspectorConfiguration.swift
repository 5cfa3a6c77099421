import Settings

/// What an edge captures of traffic, and how long it keeps that.
package struct InspectorConfiguration: Sendable {
    package let isEnabled: Bool
    package let exchangesPerSecond: Int
    package let heldBytes: Int
    package let retention: Duration
    package let storedBytes: Int

    init(from settings: SettingsReader) {
        self.isEnabled = settings.value(
            "enabled",
            .bool,
            default: true,
            """
            Whether requests to endpoints of accounts are captured at all (`docs/traffic-inspector.md`). What is captured of \
            them, each account decides; at first it is who asked for what and what came of it, without headers and bodies.
            """
        )
        self.exchangesPerSecond = settings.value(
            "exchanges_per_second",
            .integer(in: 1...1_000_000, of: "exchanges"),
            default: 2000,
            """
            How many are captured within a second, on all event loops together; a quarter of that by loops that have no time \
            to spare. Further ones are left out and counted: traffic is never slower for being looked at.
            """
        )
        self.heldBytes = settings.value(
            "held_bytes",
            .bytes(in: 1 << 20...1 << 34),
            default: 32 << 20,
            """
            What captures under way may hold in memory, and what may wait to be stored. Beyond it bodies and headers are left \
            out, then whole exchanges; both are counted.
            """
        )
        self.retention = settings.value(
            "retention",
            .duration(in: .seconds(60) ... .seconds(90 * 86_400)),
            default: .seconds(72 * 3600),
            "How long captured exchanges are kept."
        )
        self.storedBytes = settings.value(
            "stored_bytes",
            .bytes(in: 1 << 20...1 << 44),
            default: 1 << 30,
            "What they may take in `traffic.db` of the data folder, about. The oldest make room for new ones."
        )
    }
}
