/// What defaults depend on: the machine and the user, as facts that tests can make up.
package struct Surroundings: Sendable {
    package let cores: Int
    package let memoryBytes: Int
    package let isRoot: Bool
    package let environment: [String: String]

    package init(cores: Int, memoryBytes: Int = 1 << 30, isRoot: Bool, environment: [String: String]) {
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.isRoot = isRoot
        self.environment = environment
    }

    /// Where the edge keeps its data unless it is told.
    var standardDataFolder: String {
        // systemd names several folders with colons between them; the first is ours.
        if let folder = self.variable("STATE_DIRECTORY")?.split(separator: ":").first { return String(folder) }
        if self.isRoot { return "/var/lib/portico-edge" }
        return self.folder("XDG_STATE_HOME", below: ".local/state") ?? "portico-data"
    }

    /// The configuration files that are looked for when none is named, the strongest first.
    package var standardFiles: [String] {
        let own = self.isRoot ? nil : self.folder("XDG_CONFIG_HOME", below: ".config")
        return [own.map { "\($0).yml" }, "/etc/portico-edge.yml"].compactMap(\.self)
    }

    private func folder(_ name: String, below home: String) -> String? {
        if let folder = self.variable(name), folder.hasPrefix("/") { return "\(folder)/portico-edge" }
        return self.variable("HOME").map { "\($0)/\(home)/portico-edge" }
    }

    private func variable(_ name: String) -> String? {
        guard let text = self.environment[name], !text.isEmpty else { return nil }
        return text
    }
}
