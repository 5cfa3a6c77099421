package import Portico
import Settings

/// What files and the environment say of newer versions. nil: they don't say.
package struct UpdateSettings: LayeredSettings, Sendable {
    /// Where releases are published.
    package var url: String?
    /// Who publishes them: an Ed25519 public key, in Base64.
    package var key: String?
    package var trust: Trust?
    package var channel: UpdateChannel?
    /// Whether the agent looks for newer versions by itself.
    package var isChecked: Bool?

    static var members: [SettingsMember<Self>] {
        [.init(\.url), .init(\.key), .init(\.trust), .init(\.channel), .init(\.isChecked)]
    }
}

/// Which releases are meant.
package enum UpdateChannel: String, Sendable, CaseIterable {
    case stable, beta, unstable
}

extension AgentSettings {
    mutating func readUpdate(_ reader: SettingsReader) {
        self.update.url = reader.optional(
            "update_url",
            .text(maxBytes: 512),
            absent: "none; there are no updates without it",
            variables: ["PORTICO_UPDATE_URL"],
            "The folder on the web where releases are published: https://."
        )
        self.update.key = reader.optional(
            "update_key",
            .text(maxBytes: 64),
            absent: "none; there are no updates without it",
            variables: ["PORTICO_UPDATE_KEY"],
            "Who publishes them: an Ed25519 public key in Base64, as `scripts/release.sh` prints it."
        )
        self.update.trust = reader.optional(
            "update_cas",
            .trust,
            absent: "host",
            variables: ["PORTICO_UPDATE_CAS"],
            "Whose certificates the server of `update_url` may show: `host`, or the path of a PEM file."
        )
        self.update.channel = reader.optional(
            "update_channel",
            .choice(),
            absent: "stable",
            "Which releases are meant."
        )
        self.update.isChecked = reader.optional(
            "update_check",
            .bool,
            absent: "true",
            "Whether the agent looks for newer versions at its start, and once a day."
        )
    }
}
