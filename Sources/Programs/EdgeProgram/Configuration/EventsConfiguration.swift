package import Addressing
import Settings

/// How events reach the destinations of accounts.
package struct EventsConfiguration: Sendable {
    /// nil for the folder in the data folder.
    package let folder: String?
    package let queue: Int
    package let spoolBytes: Int
    package let spoolTotalBytes: Int
    package let syncInterval: Duration
    package let longestPause: Duration
    package let files: String?
    package let networks: [IPPrefix]
    package let authorities: String?

    init(from settings: SettingsReader) {
        self.folder = settings.optional(
            "spool_dir",
            .path,
            absent: "`events` in the data folder",
            "The folder in which events wait for their destinations. Each edge needs one of its own."
        )
        self.queue = settings.value(
            "queue",
            .integer(in: 128...1_000_000, of: "events"),
            default: 16_384,
            "Events of traffic that wait in memory to be written down. More are left out, and counted."
        )
        self.spoolBytes = settings.value(
            "spool_bytes",
            .bytes(in: 1 << 20...1 << 40),
            default: 64 << 20,
            """
            The most that the files of one destination may have. Where they are full, events of traffic are left out and \
            counted; audit events wait in the database.
            """
        )
        self.spoolTotalBytes = settings.value(
            "spool_total_bytes",
            .bytes(in: 1 << 20...1 << 44),
            default: 1 << 30,
            "The same for the files of all destinations."
        )
        self.syncInterval = settings.value(
            "sync_interval",
            .duration(in: .milliseconds(10) ... .seconds(60)),
            default: .seconds(1),
            """
            Events of traffic that were written down are on the disk after so long. A process that ends loses none of \
            them; a machine that loses its power may lose those of this time. Audit events are on the disk before the \
            call that they tell of is answered.
            """
        )
        self.longestPause = settings.value(
            "longest_pause",
            .duration(in: .seconds(1) ... .seconds(3600)),
            default: .seconds(60),
            "How long is waited at most before a destination that failed is tried again; the first wait is half a second."
        )
        self.files = settings.optional(
            "files",
            .path,
            absent: "none: there are no `file` destinations",
            "The folder of the files that `file` destinations write, each account in a folder of its own below it."
        )
        self.networks = settings.value(
            "allow_networks",
            .list(of: .addressRange, limit: 256),
            default: [],
            """
            Ranges of addresses that events may be sent to although they are not public: loopback, private and \
            link-local ones. Whoever may make event destinations can have the edge connect there.
            """
        )
        self.authorities = settings.optional(
            "authorities",
            .path,
            absent: "none",
            "A file of certificates in PEM: authorities that are trusted beside those of the system."
        )
    }
}
