import JSON
import Portico
import Yams

/// A client's file of frp: TOML, YAML or JSON, or the older form with sections.
struct FRPImport {
    private let common: JSONObject
    private let proxies: [JSONObject]
    private let visitors: [String]

    init(_ text: String, path: String) throws(ForeignError) {
        let isINI = path.hasSuffix(".ini") || text.contains("[common]")
        let isYAML = path.hasSuffix(".yml") || path.hasSuffix(".yaml") || path.hasSuffix(".json")
        let root = try ForeignConfiguration(text, isINI ? .ini : isYAML ? .yaml : .toml).root
        guard isINI else {
            self.common = root
            self.proxies = (root["proxies"]?.array ?? []).compactMap(\.object)
            self.visitors = (root["visitors"]?.array ?? []).compactMap { $0.object?.text("name") }
            return
        }
        self.common = Self.modernCommon(root["common"]?.object ?? JSONObject())
        let sections = root.members.filter { $0.key != "common" }
        let isVisitor = { (member: JSONObject.Member) in member.value.object?.text("role") == "visitor" }
        self.proxies = sections.filter { !isVisitor($0) }.map { Self.modern($0.value.object ?? JSONObject(), $0.key) }
        self.visitors = sections.filter(isVisitor).map(\.key)
    }

    func write(into draft: inout ImportDraft) throws(ForeignError) {
        self.writeCommon(into: &draft)
        let started = Set(self.common.texts("start"))
        for proxy in self.proxies {
            let name = proxy.text("name") ?? "proxy"
            if !started.isEmpty, !started.contains(name) {
                draft.notes.append("\(name) is not among those that `start` names, and stands here all the same")
            }
            self.write(proxy, name, into: &draft)
        }
        for visitor in self.visitors {
            draft.notes.append("the visitor \(visitor) is left out: agents here do not visit; use an internal endpoint")
        }
    }

    // MARK: - Parts

    private func writeCommon(into draft: inout ImportDraft) {
        let known = ["serverAddr", "serverPort", "proxies", "visitors", "start", "log", "auth", "metadatas"]
        if self.common.text("serverAddr") != nil {
            draft.notes.append("serverAddr and serverPort are those of frps; give that of your edge")
        }
        if self.common.at("auth") != nil { draft.notes.append("auth is that of frps; save the authtoken of your edge") }
        if let level = self.common.text("log.level") {
            draft.agent["log_level"] = .init(level == "trace" ? "debug" : level)
        }
        if let to = self.common.text("log.to") { draft.agent["log"] = .init(to == "console" ? "stdout" : to) }
        for member in self.common.members where !known.contains(member.key) {
            draft.notes.append("\(member.key) is not carried over")
        }
    }

    private func write(_ proxy: JSONObject, _ name: String, into draft: inout ImportDraft) {
        var options = EndpointOptions()
        var rules = PolicyOptions()
        self.note(proxy, name, into: &draft)
        options.isPooled = proxy.text("loadBalancer.group") != nil
        switch proxy.text("transport.proxyProtocolVersion") {
        case "v1": options.proxyProtocol = .v1
        case "v2": options.proxyProtocol = .v2
        default: break
        }
        guard let upstream = Self.upstream(proxy, name, into: &draft) else { return }
        switch proxy.text("type") ?? "tcp" {
        case "tcp":
            if let port = proxy.text("remotePort") {
                draft.notes.append(
                    "\(name): remotePort \(port) is of frps; the edge chooses, or give url tcp://EDGE:\(port)"
                )
            }
            options.url = "tcp://"
            draft.add(name, upstream: upstream, options, rules)
        case "http":
            Self.readRequests(proxy, name, into: &rules, &draft)
            Self.addHosts(proxy, name, "http", upstream, options, rules, into: &draft)
        case "https":
            // There frps passes TLS on by its server name; here a tls endpoint does.
            Self.addHosts(proxy, name, "tls", upstream, options, rules, into: &draft)
        case let type:
            draft.notes.append("\(name) is left out: there is no counterpart of the type \(type)")
        }
    }

    /// What a proxy has beside its address and its names, and is lost.
    private func note(_ proxy: JSONObject, _ name: String, into draft: inout ImportDraft) {
        let lost = [
            "locations", "httpPassword", "routeByHTTPUser", "transport.bandwidthLimit", "transport.useCompression",
            "healthCheck", "loadBalancer.groupKey", "metadatas", "annotations", "natTraversal", "multiplexer",
        ]
        for path in lost where proxy.at(path) != nil && path != "httpPassword" {
            let value = proxy.texts(path).joined(separator: ", ")
            draft.notes.append("\(name): \(path)\(value.isEmpty ? "" : " (\(value))") is not carried over")
        }
    }

    private static func upstream(_ proxy: JSONObject, _ name: String, into draft: inout ImportDraft) -> String? {
        guard let plugin = proxy.text("plugin.type") else {
            let host = proxy.text("localIP") ?? "127.0.0.1"
            guard let port = proxy.text("localPort") else {
                draft.notes.append("\(name) is left out: it names no localPort")
                return nil
            }
            return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
        switch (plugin, proxy.text("plugin.localPath"), proxy.text("plugin.localAddr")) {
        case ("static_file", let path?, _): return "file://\(path)"
        case ("http2https", _, let address?): return "https://\(address)"
        case ("http2http", _, let address?): return "http://\(address)"
        default:
            draft.notes.append("\(name) is left out: there is no counterpart of the plugin \(plugin)")
            return nil
        }
    }

    private static func readRequests(
        _ proxy: JSONObject,
        _ name: String,
        into rules: inout PolicyOptions,
        _ draft: inout ImportDraft
    ) {
        if let user = proxy.text("httpUser") ?? proxy.text("plugin.httpUser") {
            let password = proxy.text("httpPassword") ?? proxy.text("plugin.httpPassword") ?? ""
            if PolicyOptions.isCredential("\(user):\(password)") {
                rules.basicAuth = ["\(user):\(password)"]
            } else {
                draft.notes.append("\(name) is open to all: httpUser's password must have 8 to 128 characters here")
            }
        }
        rules.hostHeader = proxy.text("hostHeaderRewrite")
        rules.requestHeaders.added = proxy.pairs("requestHeaders.set").map { "\($0.name):\($0.value)" }
        rules.requestHeaders.removed = proxy.pairs("requestHeaders.set").map(\.name)
        rules.responseHeaders.added = proxy.pairs("responseHeaders.set").map { "\($0.name):\($0.value)" }
        rules.responseHeaders.removed = proxy.pairs("responseHeaders.set").map(\.name)
    }

    private static func addHosts(
        _ proxy: JSONObject,
        _ name: String,
        _ scheme: String,
        _ upstream: String,
        _ options: EndpointOptions,
        _ rules: PolicyOptions,
        into draft: inout ImportDraft
    ) {
        var options = options
        let hosts = proxy.texts("customDomains")
        for host in hosts {
            options.url = "\(scheme)://\(host)"
            draft.add(name, upstream: upstream, options, rules)
        }
        guard let label = proxy.text("subdomain") else {
            if hosts.isEmpty { draft.notes.append("\(name) is left out: it names no domain") }
            return
        }
        draft.notes.append(
            "\(name): the subdomain \(label) is one of frps; give url \(scheme)://\(label).YOUR-BASE-DOMAIN"
        )
        options.url = "\(scheme)://"
        draft.add(name, upstream: upstream, options, rules)
    }

    // MARK: - The older form

    private static func modernCommon(_ section: JSONObject) -> JSONObject {
        var result = JSONObject()
        for member in section.members {
            switch member.key {
            case "server_addr": result.set("serverAddr", to: member.value)
            case "server_port": result.set("serverPort", to: member.value)
            case "token": result.set("auth", to: ["token": member.value])
            case "log_level", "log_file":
                var log = result["log"]?.object ?? JSONObject()
                log.set(member.key == "log_level" ? "level" : "to", to: member.value)
                result.set("log", to: .object(log))
            default: result.set(member.key, to: member.value)
            }
        }
        return result
    }

    private static func modern(_ section: JSONObject, _ name: String) -> JSONObject {
        let names = [
            "local_ip": "localIP", "local_port": "localPort", "remote_port": "remotePort", "http_user": "httpUser",
            "http_pwd": "httpPassword", "custom_domains": "customDomains", "host_header_rewrite": "hostHeaderRewrite",
        ]
        var result: JSONObject = ["name": .string(name)]
        var groups: [String: JSONObject] = [:]
        for member in section.members {
            switch member.key {
            case "use_compression": groups["transport", default: [:]].set("useCompression", to: member.value)
            case "bandwidth_limit": groups["transport", default: [:]].set("bandwidthLimit", to: member.value)
            case "use_encryption": break
            case "proxy_protocol_version":
                groups["transport", default: [:]].set("proxyProtocolVersion", to: member.value)
            case "group": groups["loadBalancer", default: [:]].set("group", to: member.value)
            case "group_key": groups["loadBalancer", default: [:]].set("groupKey", to: member.value)
            case "health_check_type": groups["healthCheck", default: [:]].set("type", to: member.value)
            case "plugin": groups["plugin", default: [:]].set("type", to: member.value)
            case "plugin_local_path": groups["plugin", default: [:]].set("localPath", to: member.value)
            case "plugin_local_addr": groups["plugin", default: [:]].set("localAddr", to: member.value)
            case let key where key.hasPrefix("header_"):
                var set = groups["requestHeaders"]?["set"]?.object ?? JSONObject()
                set.set(String(key.dropFirst(7)), to: member.value)
                groups["requestHeaders"] = ["set": .object(set)]
            default: result.set(names[member.key] ?? member.key, to: member.value)
            }
        }
        for (key, group) in groups.sorted(by: { $0.key < $1.key }) { result.set(key, to: .object(group)) }
        return result
    }
}
