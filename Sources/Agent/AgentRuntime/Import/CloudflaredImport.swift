import JSON
import Portico
import Yams

/// A file of cloudflared: rules by which host names go to services.
struct CloudflaredImport {
    private let root: JSONObject

    init(_ text: String) throws(ForeignError) {
        self.root = try ForeignConfiguration(text, .yaml).root
    }

    func write(into draft: inout ImportDraft) throws(ForeignError) {
        self.writeCommon(into: &draft)
        var rules = (self.root["ingress"]?.array ?? []).compactMap(\.object)
        if rules.isEmpty, let service = self.root.text("url") {
            rules = [["service": .string(service)]]
            draft.notes.append("the service \(service) has no host name there, and gets a random one here")
        }
        for (index, rule) in rules.enumerated() {
            self.write(rule, isLast: index == rules.count - 1, into: &draft)
        }
    }

    private func writeCommon(into draft: inout ImportDraft) {
        for member in self.root.members {
            switch member.key {
            case "ingress", "url", "originRequest": break
            case "tunnel", "credentials-file", "credentials-contents", "token":
                draft.notes.append("\(member.key) is Cloudflare's; save the authtoken of your edge")
            case "loglevel", "transport-loglevel":
                guard member.key == "loglevel", let level = member.value.string else { continue }
                draft.agent["log_level"] = .init(level == "fatal" || level == "panic" ? "crit" : level)
            case "logfile": draft.agent["log"] = .init(member.value.string ?? "stdout")
            default: draft.notes.append("\(member.key) is not carried over")
            }
        }
    }

    private func write(_ rule: JSONObject, isLast: Bool, into draft: inout ImportDraft) {
        guard let service = rule.text("service") else { return }
        let host = rule.text("hostname")
        let name = host.map { $0.hasPrefix("*.") ? "wildcard.\($0.dropFirst(2))" : $0 } ?? "service"
        if service.hasPrefix("http_status:") {
            // The last rule is what an edge does by itself where no endpoint has the name.
            if !isLast || host != nil {
                draft.notes.append("\(name): \(service) is left out; write a custom-response rule")
            }
            return
        }
        if let path = rule.text("path") {
            draft.notes.append("\(name): the path \(path) is not carried over; write forward-internal rules for paths")
        }
        var options = EndpointOptions()
        var rules = PolicyOptions()
        guard let (scheme, upstream) = Self.upstream(service) else {
            draft.notes.append("\(name) is left out: there is no counterpart of the service \(service)")
            return
        }
        if scheme == "tcp" {
            options.url = "tcp://"
            draft.notes.append(
                "\(name): visitors connect to the address of the tcp endpoint, without cloudflared access"
            )
        } else {
            options.url = host.map { "\(scheme)://\($0)" }
            if host == nil, !isLast || self.root["ingress"] != nil {
                draft.notes.append("\(name): the rule without hostname gets a random name; it is no catch-all here")
            }
        }
        self.readOrigin(rule, name, upstream, into: &options, &rules, &draft)
        draft.add(name, upstream: upstream, options, rules)
    }

    private static func upstream(_ service: String) -> (scheme: String, upstream: String)? {
        guard let separator = service.firstRange(of: "://") else { return nil }
        let rest = String(service[separator.upperBound...])
        let ports = ["ssh": "22", "rdp": "3389", "smb": "445"]
        switch String(service[..<separator.lowerBound]) {
        case "http", "https": return ("https", rest.hasSuffix("/") ? String(service.dropLast()) : service)
        case "tcp": return ("tcp", rest)
        case let scheme:
            guard let port = ports[scheme] else { return nil }
            return ("tcp", rest.contains(":") ? rest : "\(rest):\(port)")
        }
    }

    /// `originRequest` of the rule, over that of the file.
    private func readOrigin(
        _ rule: JSONObject,
        _ name: String,
        _ upstream: String,
        into options: inout EndpointOptions,
        _ rules: inout PolicyOptions,
        _ draft: inout ImportDraft
    ) {
        var origin = self.root["originRequest"]?.object ?? JSONObject()
        for member in rule["originRequest"]?.object?.members ?? [] { origin.set(member.key, to: member.value) }
        let isHTTPS = upstream.hasPrefix("https://")
        if isHTTPS, !origin.flag("noTLSVerify") {
            options.upstreamTrust = origin.text("caPool").map(Trust.init(settingText:)) ?? .system
        }
        if origin.flag("http2Origin") { options.upstreamProtocol = .http2 }
        rules.hostHeader = origin.text("httpHostHeader")
        let done = ["noTLSVerify", "caPool", "http2Origin", "httpHostHeader"]
        for member in origin.members where !done.contains(member.key) {
            if member.key == "access" {
                draft.notes.append("\(name) is open to all: access is not carried over; write a jwt-validation rule")
            } else {
                draft.notes.append("\(name): originRequest.\(member.key) is not carried over")
            }
        }
    }
}
