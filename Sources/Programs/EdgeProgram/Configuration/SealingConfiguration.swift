package import Model
import Settings

/// Where the keys come from with which secrets are sealed.
package struct SealingConfiguration: Sendable {
    package enum Source: Sendable {
        /// A file; nil for `sealing.key` in the data folder.
        case file(String?)
        /// The keys themselves.
        case keys(Secret)
        /// What a program writes to its standard output.
        case command([String])
    }

    package let source: Source
}

extension SealingConfiguration {
    init(from settings: SettingsReader) {
        let file = settings.optional(
            "file",
            .path,
            absent: "`sealing.key` in the data folder",
            "The file of the keys, one a line, the newest first; only the user that runs the edge may read it."
        )
        let keys = settings.optional(
            "keys",
            .secret(),
            absent: "the file",
            """
            The keys themselves, the newest first, with commas or spaces between them. They are better given in the \
            environment than as a flag, which others on the machine can see. `portico-edge sealing-key create` makes one.
            """
        )
        let command = settings.optional(
            "command",
            .list(of: .text("word"), limit: 64),
            absent: "the file",
            """
            A program, with its arguments, that writes the keys to its standard output, the newest first: one that asks \
            a key management service to decrypt them, say. It has 30 seconds, and no shell reads it.
            """
        )
        if [file != nil, keys != nil, command != nil].count(where: \.self) > 1 {
            settings.refuse(nil, "has more than one source of keys: one of file, keys and command is enough")
        }
        self.source = keys.map(Source.keys) ?? command.map(Source.command) ?? .file(file)
    }
}
