import APIClient
import APITypes
import AgentRuntime
import ArgumentParser
import Foundation
import JSON
import Model

struct ReplayTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Sends a captured request again, through the edge and its policies as they are now.",
        discussion: """
            Headers whose values are masked are left out; --header gives them anew, or others in
            the place of those of the same name. A body that is masked or was cut must be given.

            Examples:
              portico traffic replay req_0123456789abcdef0123456789abcdef --path /v2/orders
              portico traffic replay req_0123456789abcdef0123456789abcdef \\
                --header "Authorization: Bearer $TOKEN" --body-file order.json
            """
    )

    @OptionGroup var options: TrafficOptions
    @Argument(help: ArgumentHelp("The number of the request.", valueName: "id"))
    var id: String
    @Option(help: ArgumentHelp("Another method.", valueName: "method"))
    var method: String?
    @Option(help: ArgumentHelp("Another path.", valueName: "path"))
    var path: String?
    @Option(help: ArgumentHelp("Another query, without ?.", valueName: "query"))
    var query: String?
    @Option(name: .customLong("header"), help: ArgumentHelp("A header, as 'Name: value'.", valueName: "header"))
    var headers: [String] = []
    @Option(help: ArgumentHelp("Another body.", valueName: "text"))
    var body: String?
    @Option(name: .customLong("body-file"), help: ArgumentHelp("A file with another body.", valueName: "path"))
    var bodyFile: String?
    @Option(help: ArgumentHelp("The member of the pool that gets it.", valueName: "endpoint-id"))
    var member: String?

    func run() async throws {
        var body = JSONObject()
        let texts = [
            ("method", self.method), ("path", self.path), ("query", self.query), ("endpoint_id", self.member),
            ("body", try self.newBody?.base64EncodedString()),
        ]
        for (name, value) in texts { if let value { body.set(name, to: .string(value)) } }
        if !self.headers.isEmpty { body.set("set_headers", to: .array(try self.headers.map(Self.header))) }
        let path = "/traffic_inspector/\(self.id.escapedForPath)/replay"
        self.options.show(try await self.options.send(APICall(.post, path, body: body)), as: Self.text)
    }

    private var newBody: Data? {
        get throws {
            guard let path = self.bodyFile else { return self.body.map { Data($0.utf8) } }
            guard self.body == nil else { throw ValidationError("Give --body or --body-file, and not both.") }
            do {
                return try Data(contentsOf: URL(filePath: path))
            } catch {
                throw Failure(.usage, "\(path): the file cannot be read.", cause: error)
            }
        }
    }

    private static func header(_ text: String) throws -> JSONValue {
        guard let colon = text.firstIndex(of: ":") else {
            throw ValidationError("\"\(text)\" is no header: write 'Name: value'.")
        }
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        return ["name": .string(String(text[..<colon])), "value": .string(String(value))]
    }

    private static func text(_ object: JSONObject) -> String {
        var text = "\(object["status"]?.integer ?? 0)  captured as \(object["id"]?.string ?? "")\n"
        for header in object["headers"]?.array ?? [] {
            text += "    \(header.object?["name"]?.string ?? ""): \(header.object?["value"]?.string ?? "")\n"
        }
        let body = Data(base64Encoded: object["body"]?.string ?? "") ?? Data()
        text += body.isEmpty ? "" : "\n\(String(decoding: body, as: UTF8.self))\n"
        let omitted = (object["omitted_headers"]?.array ?? []).compactMap(\.string)
        if !omitted.isEmpty { text += "\nleft out, because they are masked: \(omitted.joined(separator: ", "))\n" }
        return TrafficText.printable(text)
    }
}

struct DryRunTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dry-run",
        abstract: "Tells what a draft of a policy would have done otherwise with captured requests.",
        discussion: """
            The newest captured requests to the endpoint are run through the draft and
            through the policy that is attached, and what differs is listed by the rule that
            decides. Nobody is asked: no service, and no host outside.

            Example:
              portico traffic dry-run gateway.yaml --endpoint https://shop.example.com
            """
    )

    @OptionGroup var options: TrafficOptions
    @Argument(help: ArgumentHelp("The draft, YAML or JSON.", valueName: "file"))
    var file: String
    @Option(help: ArgumentHelp("The URL of the endpoint.", valueName: "url"))
    var endpoint: String
    @Option(help: ArgumentHelp("An expression over obj or ev.", valueName: "expression"))
    var filter: String?
    @Option(help: ArgumentHelp("How many of the newest, 1 to 10000.", valueName: "count"))
    var limit = 1000

    func run() async throws {
        let draft: String
        do throws(TextFileError) {
            draft = try TextFile.read(self.file, limit: 1 << 20)
        } catch {
            throw Failure(.usage, "\(self.file): \(error.reason)")
        }
        var body: JSONObject = [
            "traffic_policy": .string(draft), "endpoint_url": .string(self.endpoint),
            "limit": .integer(Int64(self.limit)),
        ]
        if let filter { body.set("filter", to: .string(filter)) }
        let answer = try await self.options.send(APICall(.post, "/traffic_inspector/rehearse", body: body))
        self.options.show(answer, as: Self.text)
    }

    private static func text(_ object: JSONObject) -> String {
        func number(_ name: String) -> Int64 { object[name]?.integer ?? 0 }
        var text =
            "\(number("examined")) requests: \(number("changed")) would fare otherwise, \(number("unchanged")) as before, "
            + "\(number("undecided")) undecided (\(number("duration_ms")) ms)\n"
        var rule = ""
        for case .object(let group) in object["groups"]?.array ?? [] {
            let own = group["rule"]?.string ?? ""
            if own != rule || rule.isEmpty { text += "\n\(own.isEmpty ? "no rule" : own)\n" }
            rule = own
            text += "    \(group["count"]?.integer ?? 0) × \(group["change"]?.string ?? "")\n"
            let examples = (group["examples"]?.array ?? []).compactMap(\.string).prefix(2)
            text += "        \(examples.joined(separator: " "))\n"
        }
        let reasons = object["undecided_because"]?.array ?? []
        if !reasons.isEmpty { text += "\nundecided\n" }
        for case .object(let reason) in reasons {
            text += "    \(reason["count"]?.integer ?? 0) × \(reason["reason"]?.string ?? "")\n"
        }
        return TrafficText.printable(text)
    }
}

struct CaptureTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Shows or decides what is captured of the account's traffic.",
        discussion: """
            --endpoint and --mask take the place of what was decided with them before.

            Examples:
              portico traffic capture
              portico traffic capture full --per-mille 100
              portico traffic capture full --per-mille 0 --endpoint https://a.example=1000
            """
    )

    @OptionGroup var options: TrafficOptions
    @Argument(help: ArgumentHelp("off, metadata or full; nothing shows what is captured.", valueName: "mode"))
    var mode: String?
    @Option(
        name: .customLong("per-mille"),
        help: ArgumentHelp("Of a thousand requests, so many are captured in full.", valueName: "count")
    )
    var perMille: Int?
    @Option(
        name: .customLong("mask"),
        help: ArgumentHelp("A further name to hide; may be repeated.", valueName: "name")
    )
    var masked: [String] = []
    @Option(
        name: .customLong("endpoint"),
        help: ArgumentHelp("Another share for one endpoint; may be repeated.", valueName: "url=count")
    )
    var endpoints: [String] = []

    func run() async throws {
        var body = JSONObject()
        if !self.endpoints.isEmpty { body.set("endpoints", to: .array(try self.endpoints.map(Self.endpoint))) }
        if let mode { body.set("mode", to: .string(mode)) }
        if let perMille { body.set("full_per_mille", to: .integer(Int64(perMille))) }
        if !self.masked.isEmpty { body.set("masked_names", to: .array(self.masked.map(JSONValue.string))) }
        let path = "/traffic_inspector/settings"
        let call = body.members.isEmpty ? APICall(.get, path) : APICall(.patch, path, body: body)
        let settings = try await self.options.send(call)
        let status = try await self.options.send(APICall(.get, "/traffic_inspector/status"))
        self.options.show(settings) { settings in
            var text = "captured:   \(settings["mode"]?.string ?? "")"
            if settings["mode"]?.string == "full" {
                text += ", \(settings["full_per_mille"]?.integer ?? 0) of 1000 in full"
                for case .object(let endpoint) in settings["endpoints"]?.array ?? [] {
                    text += "\n            \(endpoint["full_per_mille"]?.integer ?? 0) of 1000"
                    text += " at \(endpoint["url"]?.string ?? "")"
                }
            }
            let masked = (settings["masked_names"]?.array ?? []).compactMap(\.string)
            if !masked.isEmpty { text += "\nmasked too: \(masked.joined(separator: ", "))" }
            text += "\nkept:       \(status["stored"]?.integer ?? 0) requests of the account"
            text +=
                "\nleft out:   \(status["dropped"]?.integer ?? 0) requests of all accounts, since the edge was started"
            return TrafficText.printable(text)
        }
    }

    private static func endpoint(_ text: String) throws -> JSONValue {
        // A URL has no = in front of its query, and endpoints have none.
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let share = Int64(parts[1]) else {
            throw ValidationError("\"\(text)\" is no share of an endpoint: write URL=COUNT, 0 to 1000.")
        }
        return ["url": .string(String(parts[0])), "full_per_mille": .integer(share)]
    }
}

struct ClearTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear",
        abstract: "Deletes all captured traffic of the account.",
        discussion: """
            Example:
              portico traffic clear --yes
            """
    )

    @OptionGroup var options: TrafficOptions
    @Flag(name: .customLong("yes"), help: "Does it. Without this nothing is deleted.")
    var isMeant = false

    func run() async throws {
        guard self.isMeant else {
            let kept = try await self.options.send(APICall(.get, "/traffic_inspector/status"))["stored"]?.integer ?? 0
            throw ValidationError("\(kept) captured requests would be deleted for good: say --yes.")
        }
        _ = try await self.options.send(APICall(.post, "/traffic_inspector/clear"))
        print("all captured traffic of the account is deleted")
    }
}
