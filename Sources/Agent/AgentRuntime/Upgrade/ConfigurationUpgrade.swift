import Model
import Portico
import Settings
import Yams

/// The text of a configuration file in a newer form (`spec/agent.md` 3.5).
///
/// What has no place in the newer form is not lost: a tunnel that cannot be an endpoint stays where it is, which the
/// newest form reads too, and the report says why.
package struct ConfigurationUpgrade: Sendable {
    /// The forms that there are.
    package static let newest = 3

    package let text: String
    /// What the one who upgrades should look at.
    package let notes: [String]
    /// The form that the text had; 1 is one without a version.
    package let from: Int
    package let to: Int

    /// - Parameters:
    ///   - original: the file's text.
    ///   - path: what messages call it.
    ///   - target: the wished form; nil for the newest.
    /// - Throws: where the file is wrong, or newer than the wish.
    package init(of original: String, path: String, to target: Int? = nil) throws(AgentSettings.LoadingError) {
        let target = target ?? Self.newest
        guard (2...Self.newest).contains(target) else {
            throw Self.refusal(path, "cannot be made version \(target); there are 2 and 3")
        }
        var root = try Self.root(of: original, path)
        let version = try Self.version(of: root, path)
        guard version <= target else {
            throw Self.refusal(path, "is version \(version) already, and is not made version \(target)")
        }
        var notes: [String] = []
        Self.dropLabelled(&root, &notes)
        let hadRegion = root["region"] != nil
        if version == 1, target >= 2 { root = Self.second(root, &notes) }
        if version <= 2, target == 3 {
            // Read as what it is first: a file with mistakes in it is not rewritten.
            let settings = try AgentSettings.read(Self.file(Self.text(of: root), path), environment: [:])
            root = Self.third(root, settings, &notes)
            if hadRegion { notes.insert("region is gone: connect_url says where the edge is", at: 0) }
        }
        self.from = version
        self.to = target
        self.text = version == target ? original : try Self.text(of: root)
        self.notes = notes
        _ = try AgentSettings.read(Self.file(self.text, path), environment: [:])
    }

    /// Tunnels with labels belong to edges of the reference system, which nothing here is.
    private static func dropLabelled(_ root: inout Node.Mapping, _ notes: inout [String]) {
        guard let tunnels = root["tunnels"]?.mapping else { return }
        var kept = Node.Mapping([])
        for (name, tunnel) in tunnels {
            if tunnel.mapping?["labels"] == nil {
                kept[name] = tunnel
            } else {
                notes.append("tunnels.\(name.string ?? "") is left out: tunnels with labels have no counterpart")
            }
        }
        if kept.count < tunnels.count { root["tunnels"] = kept.isEmpty ? nil : Node.mapping(kept) }
    }

    // MARK: - From 1 to 2

    private static func second(_ root: Node.Mapping, _ notes: inout [String]) -> Node.Mapping {
        var result = Node.Mapping([(Node("version"), Node("2", .implicit, .singleQuoted))])
        if root["region"] == nil { result["region"] = "us" }
        for (key, value) in root where key.string != "version" {
            switch key.string {
            case "http_proxy", "socks5_proxy":
                result["proxy_url"] = value
                notes.append("\(key.string ?? "") is proxy_url now")
            case "tunnels": result[key] = Node(Self.tunnels(value, &notes))
            default: result[key] = value
            }
        }
        return result
    }

    private static func tunnels(_ node: Node, _ notes: inout [String]) -> [(Node, Node)] {
        (node.mapping ?? Node.Mapping([])).map { name, tunnel in
            guard let old = tunnel.mapping else { return (name, tunnel) }
            var entry = Node.Mapping([])
            for (key, value) in old {
                switch (key.string, value.string) {
                case ("bind_tls", "false"): entry["schemes"] = ["http"]
                case ("bind_tls", "both"): entry["schemes"] = ["https", "http"]
                case ("bind_tls", _): entry["schemes"] = ["https"]
                case ("auth", _): entry["basic_auth"] = Node([value])
                default: entry[key] = value
                }
            }
            return (name, Node.mapping(entry))
        }
    }

    // MARK: - From 2 to 3

    private static func third(
        _ root: Node.Mapping,
        _ settings: AgentSettings,
        _ notes: inout [String]
    ) -> Node.Mapping {
        var agent = Node.Mapping([])
        for (key, value) in root where !["version", "tunnels", "region"].contains(key.string) {
            switch key.string {
            case "server_addr": agent["connect_url"] = value
            case "root_cas": agent["connect_cas"] = value
            default: agent[key] = value
            }
        }
        var result = Node.Mapping([(Node("version"), Node("3"))])
        result["agent"] = Node.mapping(agent)
        var endpoints: [Node] = []
        var kept = Node.Mapping([])
        for (name, tunnel) in root["tunnels"]?.mapping ?? Node.Mapping([]) {
            let name = name.string ?? ""
            guard let made = settings.tunnels.first(where: { $0.name == name })?.endpoints,
                let entries = Self.endpoints(made, tunnel.mapping ?? Node.Mapping([]), name, &notes)
            else {
                kept[name] = tunnel
                continue
            }
            endpoints += entries
        }
        if !endpoints.isEmpty { result["endpoints"] = Node(endpoints) }
        if !kept.isEmpty { result["tunnels"] = Node.mapping(kept) }
        return result
    }

    /// The entries of `endpoints` for one tunnel; nil where it must stay one.
    private static func endpoints(
        _ made: [EndpointDefinition],
        _ tunnel: Node.Mapping,
        _ name: String,
        _ notes: inout [String]
    ) -> [Node]? {
        var reasons = ["subdomain": "the base domain is the edge's to say; write the whole host as url"]
        // What the agent needs itself stays in its files.
        if made.contains(where: { $0.options.tlsTermination == nil }) {
            reasons["mutual_tls_cas"] = "its certificates stand in a file, and a policy holds them itself"
            reasons["crt"] = "its certificate stands in a file, and a policy holds it itself"
        }
        for (key, reason) in reasons.sorted(by: { $0.key < $1.key }) where tunnel[key] != nil {
            notes.append("tunnels.\(name) stays a tunnel: \(reason) (\(key))")
            return nil
        }
        if tunnel["websocket_tcp_converter"] != nil {
            notes.append("tunnels.\(name): websocket_tcp_converter has no counterpart and is left out")
        }
        return made.map { endpoint in
            Node.mapping(EndpointNode(endpoint, tunnel: tunnel).mapping)
        }
    }

    // MARK: - Texts

    private static func root(of text: String, _ path: String) throws(AgentSettings.LoadingError) -> Node.Mapping {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            // The reader of settings tells better what is wrong, and where.
            _ = try AgentSettings.read(Self.file(text, path), environment: [:])
            throw Self.refusal(path, "is not YAML: \(error)")
        }
        guard let node, node.scalar?.string.isEmpty != true else { return Node.Mapping([]) }
        guard let mapping = node.mapping else { throw Self.refusal(path, "does not hold a mapping") }
        return mapping
    }

    private static func version(of root: Node.Mapping, _ path: String) throws(AgentSettings.LoadingError) -> Int {
        guard let node = root["version"] else { return root["agent"] == nil && root["endpoints"] == nil ? 1 : 3 }
        guard let version = node.scalar.flatMap({ Int($0.string) }), (1...Self.newest).contains(version) else {
            throw Self.refusal(path, "has a version that does not exist; there are 1, 2 and 3")
        }
        return version
    }

    private static func text(of root: Node.Mapping) throws(AgentSettings.LoadingError) -> String {
        do {
            return try Yams.serialize(node: Node.mapping(root), indent: 2, width: -1, allowUnicode: true)
        } catch {
            throw AgentSettings.LoadingError(.configurationInvalid, "the upgraded file cannot be written: \(error)")
        }
    }

    static func file(_ text: String, _ path: String) throws(AgentSettings.LoadingError) -> SettingsFile {
        do throws(SettingsError) {
            return try SettingsFile(path: path, text: text)
        } catch {
            throw AgentSettings.LoadingError(error)
        }
    }

    private static func refusal(_ path: String, _ problem: String) -> AgentSettings.LoadingError {
        AgentSettings.LoadingError(.configurationInvalid, "\(path): \(problem)")
    }
}
