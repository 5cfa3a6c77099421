import Foundation

/// Where configuration files are (`spec/agent.md` 3.1).
package struct ConfigurationLocation: Sendable {
    /// In the order in which later ones override earlier ones.
    package let paths: [String]
    /// Whether somebody named them; a default file may be missing, a named one may not.
    package let isExplicit: Bool

    /// - Parameters:
    ///   - flags: the values of `--config`, each of which may hold several paths with commas between.
    ///   - environment: of the process.
    package init(flags: [String], environment: [String: String]) {
        let named = flags.flatMap { $0.split(separator: ",").map(String.init) }
        if !named.isEmpty {
            (self.paths, self.isExplicit) = (named, true)
        } else if let path = environment.portico("CONFIG") {
            (self.paths, self.isExplicit) = ([path], true)
        } else {
            (self.paths, self.isExplicit) = ([Self.defaultPath(environment)], false)
        }
    }

    /// The file that commands which change the configuration write to.
    package var target: String { self.paths.last ?? "" }

    package func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static func defaultPath(_ environment: [String: String]) -> String {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        #if os(macOS)
            return "\(home)/Library/Application Support/portico/portico.yml"
        #else
            // The XDG specification has relative paths ignored.
            let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.config"
            return "\(base)/portico/portico.yml"
        #endif
    }
}

extension [String: String] {
    /// The value of `PORTICO_name`, or else of `NGROK_name`; an empty one counts as none.
    package func portico(_ name: String) -> String? {
        for prefix in ["PORTICO_", "NGROK_"] {
            if let value = self[prefix + name], !value.isEmpty { return value }
        }
        return nil
    }
}
