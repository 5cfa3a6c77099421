import APIClient
import ArgumentParser
import Foundation
import JSON
import Model

/// `portico traffic`: what an edge has captured of the account's traffic.
struct TrafficCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traffic",
        abstract: "Looks at the traffic that an edge has captured, sends requests again, and rehearses policies.",
        discussion: """
            Needs an API key: api_key of the configuration file, or --api-key. Secrets are
            masked in all that is shown.

            Examples:
              portico traffic list --status 5xx
              portico traffic tail
              portico traffic show req_0123456789abcdef0123456789abcdef
              portico traffic dry-run gateway.yaml --endpoint https://shop.example.com
            """,
        subcommands: [
            ListTrafficCommand.self, TailTrafficCommand.self, ShowTrafficCommand.self, ReplayTrafficCommand.self,
            DryRunTrafficCommand.self, ExportTrafficCommand.self, CaptureTrafficCommand.self, ClearTrafficCommand.self,
        ]
    )
}

/// Where the API is, and how answers are shown.
struct TrafficOptions: ParsableArguments {
    @Option(name: .customLong("api-url"), help: ArgumentHelp("The address of the API.", valueName: "url"))
    var apiURL: String?
    @Option(name: .customLong("api-key"), help: ArgumentHelp("The API key.", valueName: "key"))
    var apiKey: String?
    @Option(
        name: .customLong("api-cas"),
        help: ArgumentHelp("A file with the authorities to trust, in PEM.", valueName: "path")
    )
    var authorities: String?
    @Option(name: .customLong("config"), help: ArgumentHelp("A configuration file.", valueName: "path"))
    var configurations: [String] = []
    @Flag(name: .customLong("json"), help: "Prints what the API answered.")
    var showsJSON = false

    /// Sends a call.
    ///
    /// - Throws: `ExitCode` where the API refused; what it said is told then.
    func send(_ call: APICall) async throws -> JSONObject {
        var options: [String: [String]] = ["config": self.configurations]
        if let apiURL { options["api-url"] = [apiURL] }
        if let apiKey { options["api-key"] = [apiKey] }
        if let authorities { options["api-cas"] = [authorities] }
        let answer = try await APICommand.connection(options).send(call)
        guard answer.isSuccess else {
            let body = answer.body?.object
            PorticoCLI.write("\(body?["error_code"]?.string ?? answer.status): \(body?["msg"]?.string ?? "")\n")
            throw ExitCode.failure
        }
        return answer.body?.object ?? JSONObject()
    }

    /// Shows the answer as JSON where that is wanted.
    func show(_ object: JSONObject, as text: (JSONObject) -> String) {
        print(self.showsJSON ? JSONValue.object(object).lines : text(object))
    }
}

/// Which exchanges are wanted.
struct TrafficChoice: ParsableArguments {
    @Option(help: ArgumentHelp("An expression over obj or ev.", valueName: "expression"))
    var filter: String?
    @Option(help: ArgumentHelp("The URL of an endpoint.", valueName: "url"))
    var endpoint: String?
    @Option(help: ArgumentHelp("404, or 4xx.", valueName: "status"))
    var status: String?
    @Option(help: ArgumentHelp("A method.", valueName: "method"))
    var method: String?
    @Option(help: ArgumentHelp("A part of the path.", valueName: "text"))
    var path: String?
    @Option(name: .customLong("client-ip"), help: ArgumentHelp("An address, or a range.", valueName: "address"))
    var client: String?
    @Option(name: .customLong("error-code"), help: ArgumentHelp("A code of an error.", valueName: "code"))
    var errorCode: String?

    var query: [(name: String, value: String)] {
        let all = [
            ("filter", self.filter), ("endpoint_url", self.endpoint), ("status", self.status), ("method", self.method),
            ("path", self.path), ("client_ip", self.client), ("error_code", self.errorCode),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }
}

/// Exchanges as lines of text.
enum TrafficText {
    static func line(_ object: JSONObject) -> String {
        let status = object["status"]?.integer.map(String.init) ?? "---"
        let time = object["started_at"]?.string ?? ""
        let milliseconds = String(format: "%.1f", Double(object["duration_us"]?.integer ?? 0) / 1000)
        let query = object["query"]?.string ?? ""
        let target = (object["path"]?.string ?? "") + (query.isEmpty ? "" : "?\(query)")
        let code = object["error_code"]?.string ?? ""
        // What has about one length comes first, so that it stands below each other.
        let words = [
            time, object["id"]?.string ?? "", status, Self.padded(object["method"]?.string ?? "", to: 6),
            Self.padded("\(milliseconds) ms", to: 10), Self.padded(object["client_ip"]?.string ?? "", to: 15),
            "\(object["host"]?.string ?? "")\(target)", code,
        ]
        return Self.printable(words.filter { !$0.isEmpty }.joined(separator: "  "))
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// What visitors have sent moves no cursor here.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0)
                    return isControl && scalar != "\n" ? " " : scalar
                }
            )
        )
    }

    static func page(_ object: JSONObject) -> String {
        let lines = (object["exchanges"]?.array ?? []).compactMap { $0.object.map(Self.line) }
        return lines.isEmpty ? "nothing was captured that is wanted" : lines.joined(separator: "\n")
    }

    static func exchange(_ object: JSONObject) -> String {
        var text = Self.line(object) + "\n"
        text += "answered by \(object["answered_by"]?.string ?? "")\n"
        for (name, title) in [("request", "request"), ("response", "answer")] {
            guard let message = object[name]?.object else { continue }
            text += "\n\(title)\n"
            for header in message["headers"]?.array ?? [] {
                text += "    \(header.object?["name"]?.string ?? ""): \(header.object?["value"]?.string ?? "")\n"
            }
            text += Self.body(message)
        }
        let log = object["policy_log"]?.array ?? []
        if !log.isEmpty { text += "\npolicy\n" + log.compactMap { $0.object.map(Self.entry) }.joined() }
        if object["is_full"]?.bool == false { text += "\nheaders and bodies were not captured\n" }
        return Self.printable(text)
    }

    private static func body(_ message: JSONObject) -> String {
        let bytes = Data(base64Encoded: message["body"]?.string ?? "") ?? Data()
        let count = message["body_bytes"]?.integer ?? 0
        guard count > 0 else { return "" }
        guard let text = String(validating: bytes, as: UTF8.self) else { return "\n    (\(count) bytes, no text)\n" }
        let cut = bytes.count < count ? "    (the beginning of \(count) bytes)\n" : ""
        return "\n" + text.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined() + cut
    }

    private static func entry(_ object: JSONObject) -> String {
        let name = object["rule_name"]?.string ?? ""
        let place = "\(object["phase"]?.string ?? "")[\(object["rule"]?.integer ?? 0)]"
        var text = "    \(place)\(name.isEmpty ? "" : " \"\(name)\""): \(object["event"]?.string ?? "")"
        if let type = object["action_type"]?.string, !type.isEmpty { text += " (\(type))" }
        text += "\n"
        if let expression = object["expression"]?.string, !expression.isEmpty { text += "        \(expression)\n" }
        for value in object["values"]?.array ?? [] {
            text += "          \(value.object?["name"]?.string ?? "")  →  \(value.object?["value"]?.string ?? "")\n"
        }
        return text
    }
}
