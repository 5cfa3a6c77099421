/// What `--help` prints, at each level, with an example.
struct CommandHelp {
    /// What the program is called.
    let program: String

    func text(of groups: [CommandGroup]) -> String {
        [
            "Calls the REST API of an edge. Answers are JSON on standard output; the exit status is 1 where the API refuses.",
            "USAGE: \(self.program) api <group> <command> [<id>] [--flag value ...]",
            "GROUPS:\n" + Self.table(groups.map { ($0.name, $0.summary) }),
            Self.commonFlags,
            """
            EXAMPLES:
              \(self.program) api endpoints list --limit 10
              \(self.program) api ip-policies create --description offices
              \(self.program) api ip-policies --help
            """,
        ].joined(separator: "\n\n")
    }

    func text(of group: CommandGroup) -> String {
        [
            group.summary,
            "USAGE: \(self.program) api \(group.name) <command> [<id>] [--flag value ...]",
            "COMMANDS:\n" + Self.table(group.commands.map { ($0.name, $0.summary) }),
            "EXAMPLE:\n  " + (group.commands.first.map { self.line($0.example(in: group)) } ?? ""),
        ].joined(separator: "\n\n")
    }

    func text(of command: Command, in group: CommandGroup) -> String {
        let usage = ["\(self.program) api \(group.name) \(command.name)"] + command.arguments.map { "<\($0)>" }
        var parts = [
            command.summary,
            "USAGE: " + (usage + (command.flags.isEmpty ? [] : ["[--flag value ...]"])).joined(separator: " "),
        ]
        if !command.flags.isEmpty {
            parts.append("FLAGS:\n" + Self.table(command.flags.map { ($0.usage, $0.help) }))
            if command.flags.contains(where: { $0.form != .boolean }) {
                parts.append("--NAME-file FILE reads the value of the flag --NAME from a file, - from standard input.")
            }
        }
        parts += [Self.commonFlags, "EXAMPLE:\n  \(self.line(command.example(in: group)))"]
        return parts.joined(separator: "\n\n")
    }

    private static let commonFlags =
        "FLAGS OF EVERY COMMAND:\n"
        + Self.table(
            APICommandLine.commonFlags.map { ("--\($0.name) \($0.valueName)", $0.summary) }
                + [("-h, --help", "Shows help for what stands before it.")]
        )

    /// Two columns; what is too wide for the first one has a line of its own.
    private static func table(_ rows: [(String, String)]) -> String {
        let width = 38
        return rows.map { name, summary in
            let padding = String(repeating: " ", count: max(0, width - name.count))
            return name.count < width
                ? "  \(name)\(padding)\(summary)" : "  \(name)\n  \(String(repeating: " ", count: width))\(summary)"
        }.joined(separator: "\n")
    }

    /// Words as one would type them.
    private func line(_ words: [String]) -> String {
        ([self.program, "api"] + words).map(Self.shell).joined(separator: " ")
    }

    private static func shell(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_.,/:@=".utf8.contains(byte)
        }
        return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}

extension CommandFlag {
    fileprivate var usage: String {
        "--\(self.name)" + (self.valueName.map { " \($0)" } ?? "") + (self.isRepeatable ? " ..." : "")
    }

    fileprivate var help: String { self.summary + (self.isRequired ? " (required)" : "") }
}

extension Command {
    /// Words behind `api` that make a call that the API understands.
    func example(in group: CommandGroup) -> [String] {
        [group.name, self.name]
            + self.arguments.map { $0 == "id" ? "\(self.idPrefix)_2abcDEF" : "http_request_complete.v0" }
            + self.exampleFlags.flatMap { flag in
                Self.samples["\(group.name).\(flag.name)"] ?? Self.samples[flag.name]
                    ?? ["--\(flag.name)"] + (flag.form == .boolean ? [] : ["example"])
            }
    }

    /// Those that are required, else one of the usual ones.
    private var exampleFlags: [CommandFlag] {
        let required = self.flags.filter { $0.isRequired && $0.path.count == 1 }
        let usual = self.flags.first { Self.samples[$0.name] != nil }
        return required.isEmpty ? [usual].compactMap(\.self) : required
    }

    /// What a flag looks like in an example.
    private static let samples: [String: [String]] = [
        "limit": ["--limit", "10"],
        "description": ["--description", "offices"],
        "metadata": ["--metadata", "{\"team\":\"web\"}"],
        "name": ["--name", "deploy"],
        "url": ["--url", "https://app.internal"],
        "traffic-policy": ["--traffic-policy-file", "policy.yaml"],
        "action": ["--action", "allow"],
        "cidr": ["--cidr", "192.0.2.0/24"],
        "ip-policy-id": ["--ip-policy-id", "ipp_2abcDEF"],
        "ip-policy-ids": ["--ip-policy-ids", "ipp_2abcDEF"],
        "ip-restrictions.type": ["--type", "api"],
        "event-sources.type": ["--type", "http_request_complete.v0"],
        "event-sources.filter": ["--filter", "ev.conn.client_ip == '192.0.2.1'"],
        "domain": ["--domain", "app.example.com"],
        "certificate-pem": ["--certificate-pem-file", "chain.pem"],
        "private-key-pem": ["--private-key-pem-file", "key.pem"],
        "ca-pem": ["--ca-pem-file", "ca.pem"],
        "public-key": ["--public-key-file", "id_ed25519.pub"],
        "ssh-certificate-authority-id": ["--ssh-certificate-authority-id", "sshca_2abcDEF"],
        "value": ["--value-file", "secret.txt"],
        "urls": ["--urls", "https://bad.example.com"],
        "target": ["--target.datadog.api-key", "KEY", "--target.datadog.service", "edge"],
        "enabled-features": ["--enabled-features", "bindings"],
        "deployment": ["--deployment.name", "portico", "--deployment.cluster-name", "one"],
        "acl": ["--acl", "bind:*.example.com"],
    ]
}
