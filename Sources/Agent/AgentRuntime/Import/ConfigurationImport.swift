import Foundation
import JSON
import Model
import Portico
import Yams

/// The configuration of another agent, as one of ours.
///
/// What has no counterpart is told in notes, never left out in silence.
package struct ConfigurationImport: Sendable {
    /// Whose file it is.
    package enum Source: String, Sendable, CaseIterable {
        case frp, cloudflared, ngrok
    }

    /// A configuration file of version 3.
    package let text: String
    /// What was not carried over, and what to look at: a sentence each.
    package let notes: [String]
    package let endpoints: Int

    /// - Parameters:
    ///   - text: of the file.
    ///   - path: its name tells its form and, by the way, whose it is.
    ///   - source: whose it is; nil to guess.
    /// - Throws: where the file cannot be read, or it cannot be told whose it is.
    package init(_ text: String, path: String, from source: Source? = nil) throws(AgentSettings.LoadingError) {
        let source = if let source { source } else { try Self.guess(text, path) }
        do throws(ForeignError) {
            var draft = ImportDraft()
            switch source {
            case .frp: try FRPImport(text, path: path).write(into: &draft)
            case .cloudflared: try CloudflaredImport(text).write(into: &draft)
            case .ngrok: try Self.ngrok(text, path, into: &draft)
            }
            self.notes = draft.notes
            self.endpoints = draft.endpoints.count
            self.text = try draft.text(source)
        } catch {
            throw AgentSettings.LoadingError(.configurationInvalid, "\(path): \(error.problem)")
        }
        // What comes out is read as any other file is: nothing is handed over that does not work.
        _ = try AgentSettings.read(ConfigurationUpgrade.file(self.text, "imported"), environment: [:])
    }

    private static func guess(_ text: String, _ path: String) throws(AgentSettings.LoadingError) -> Source {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let signs = ["[[proxies]]", "[common]", "serverAddr"]
        if name.hasPrefix("frp") || signs.contains(where: text.contains) { return .frp }
        if text.contains("ingress:") || text.contains("credentials-file:") { return .cloudflared }
        let keys = ["tunnels:", "endpoints:", "agent:", "authtoken:"]
        if name.hasPrefix("ngrok") || keys.contains(where: text.contains) { return .ngrok }
        throw AgentSettings.LoadingError(
            .configurationInvalid,
            "\(path): it cannot be told whose file this is; give --from frp, cloudflared or ngrok"
        )
    }

    private static func ngrok(_ text: String, _ path: String, into draft: inout ImportDraft) throws(ForeignError) {
        let text = Self.withoutForeignLogins(text, into: &draft)
        let upgrade: ConfigurationUpgrade
        let settings: AgentSettings
        do throws(AgentSettings.LoadingError) {
            upgrade = try ConfigurationUpgrade(of: text, path: path)
            settings = try AgentSettings.read(ConfigurationUpgrade.file(upgrade.text, path), environment: [:])
        } catch {
            throw ForeignError("cannot be read as it is:\n\(error.description)")
        }
        draft.notes += upgrade.notes
        let root = (try? Yams.compose(yaml: upgrade.text))?.mapping ?? Node.Mapping([])
        for (key, value) in root["agent"]?.mapping ?? Node.Mapping([]) {
            switch key.string {
            case "authtoken", "api_key":
                draft.notes.append("agent.\(key.string ?? "") is ngrok's; save that of your edge")
            case "connect_url", "connect_cas", "crl_url", "crl_noverify":
                draft.notes.append("agent.\(key.string ?? "") is ngrok's; give that of your edge")
            default: draft.agent[key] = value
            }
        }
        draft.notes += settings.warnings
        draft.endpoints = root["endpoints"]?.sequence.map(Array.init) ?? []
        for (name, tunnel) in root["tunnels"]?.mapping ?? Node.Mapping([]) { draft.tunnels[name] = tunnel }
    }
}

extension ConfigurationImport {
    /// A login without `client_id` is one by an application of ngrok's at the provider, which nobody else has. An endpoint
    /// without its login would be open to all, so it is left out.
    private static func withoutForeignLogins(_ text: String, into draft: inout ImportDraft) -> String {
        guard var root = (try? Yams.compose(yaml: text))?.mapping, let tunnels = root["tunnels"]?.mapping else {
            return text
        }
        var kept = Node.Mapping([])
        for (name, tunnel) in tunnels {
            if let oauth = tunnel.mapping?["oauth"]?.mapping, oauth["client_id"] == nil {
                draft.notes.append(
                    "tunnels.\(name.string ?? "") is left out: its login is by ngrok's own application at the provider; "
                        + "register one and give client_id and client_secret"
                )
            } else {
                kept[name] = tunnel
            }
        }
        guard kept.count < tunnels.count else { return text }
        root["tunnels"] = kept.isEmpty ? nil : Node.mapping(kept)
        return (try? Yams.serialize(node: Node.mapping(root))) ?? text
    }
}

/// What an import has made so far.
struct ImportDraft {
    var agent = Node.Mapping([])
    var endpoints: [Node] = []
    var tunnels = Node.Mapping([])
    var notes: [String] = []
    private var names: Set<String> = []

    /// Adds an endpoint.
    ///
    /// - Parameters:
    ///   - name: as it was there; a second one of the name gets a number.
    ///   - upstream: as it was there, or as we write it.
    ///   - options: without name.
    ///   - rules: what stands for rules of a policy.
    mutating func add(_ name: String, upstream: String, _ options: EndpointOptions, _ rules: PolicyOptions) {
        var options = options
        let unique = (1...).lazy.map { $0 == 1 ? name : "\(name)-\($0)" }.first { !self.names.contains($0) } ?? name
        do throws(PorticoError) {
            options.scheme = try options.wish().scheme
            let service = try Upstream(upstream, for: options.scheme)
            options.trafficPolicy = try rules.policy(for: service, of: options)
            options.name = unique
            self.names.insert(unique)
            let endpoint = EndpointDefinition(name: unique, upstream: service, options: options)
            self.endpoints.append(Node.mapping(EndpointNode(endpoint, upstream: upstream).mapping))
        } catch {
            self.notes.append("\(name) is left out: \(error.description)")
        }
    }

    func text(_ source: ConfigurationImport.Source) throws(ForeignError) -> String {
        var root = Node.Mapping([(Node("version"), Node("3"))])
        if !self.agent.isEmpty { root["agent"] = Node.mapping(self.agent) }
        if !self.endpoints.isEmpty { root["endpoints"] = Node(self.endpoints) }
        if !self.tunnels.isEmpty { root["tunnels"] = Node.mapping(self.tunnels) }
        var head = "# Imported from a configuration of \(source.rawValue). The agent needs two more things:\n"
        head += "#   portico config add-connect-url HOST:PORT, and portico config add-authtoken TOKEN.\n"
        if !self.notes.isEmpty { head += "# Look at this:\n" }
        for note in self.notes {
            head += "# - \(note.split(whereSeparator: \.isNewline).joined(separator: " "))\n"
        }
        do {
            return head + (try Yams.serialize(node: Node.mapping(root), indent: 2, width: -1, allowUnicode: true))
        } catch {
            throw ForeignError("cannot be written as ours: \(error)")
        }
    }
}
