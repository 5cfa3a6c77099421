import Foundation
import Model

/// `config upgrade` and `config edit`: what they do to a file.
package enum ConfigurationEdit {
    /// What an upgrade did.
    package struct Outcome: Sendable {
        package let upgrade: ConfigurationUpgrade
        /// Where the result is.
        package let path: String
        /// Where the text before it is; nil where nothing was written.
        package let backup: String?
    }

    /// Upgrades the file, with a copy of what it was beside it.
    ///
    /// - Parameters:
    ///   - path: of the file, which must be there.
    ///   - version: the wished form; nil for the newest.
    ///   - isTrial: nothing is written.
    ///   - target: where the result goes; nil for the same place.
    /// - Returns: what came of it.
    /// - Throws: where the file cannot be read, is wrong, or cannot be written.
    package static func upgrade(
        _ path: String,
        to version: Int?,
        isTrial: Bool,
        target: String? = nil
    ) throws(AgentSettings.LoadingError) -> Outcome {
        let target = target ?? path
        let original = try self.text(of: path)
        let upgrade = try ConfigurationUpgrade(of: original, path: path, to: version)
        guard !isTrial, upgrade.from != upgrade.to || target != path else {
            return Outcome(upgrade: upgrade, path: target, backup: nil)
        }
        do {
            if target != path, FileManager.default.fileExists(atPath: target) {
                throw AgentSettings.LoadingError(
                    .configurationUnreadable,
                    "\(target): is there already, and is not written over"
                )
            }
            let backup = self.backupPath(of: path)
            try PrivateFile(path: backup).replace(with: original)
            try PrivateFile(path: target).replace(with: upgrade.text)
            return Outcome(upgrade: upgrade, path: target, backup: backup)
        } catch let error as AgentSettings.LoadingError {
            throw error
        } catch {
            throw AgentSettings.LoadingError(
                .configurationUnreadable,
                "\(target): cannot be written: \(error.localizedDescription)"
            )
        }
    }

    private static func text(of path: String) throws(AgentSettings.LoadingError) -> String {
        do {
            if let text = try PrivateFile(path: path).read() { return text }
        } catch {
            throw AgentSettings.LoadingError(
                .configurationUnreadable,
                "\(path): cannot be read: \(error.localizedDescription)"
            )
        }
        throw AgentSettings.LoadingError(.configurationUnreadable, "\(path): there is no such file")
    }

    /// A path beside the file that nothing has yet.
    private static func backupPath(of path: String) -> String {
        let base = "\(path).bak"
        guard FileManager.default.fileExists(atPath: base) else { return base }
        return (2...1000).lazy.map { "\(base)\($0)" }.first { !FileManager.default.fileExists(atPath: $0) } ?? base
    }

    /// The editor that `config edit` opens: of the environment, or one that is always there.
    package static func editor(_ environment: [String: String]) -> String {
        for name in ["VISUAL", "EDITOR"] {
            if let editor = environment[name], !editor.isEmpty { return editor }
        }
        return "nano"
    }
}
