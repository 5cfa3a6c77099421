import APIClient
import APITypes
import ArgumentParser
import Foundation
import JSON

struct ListTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists captured requests, the newest first.",
        discussion: """
            Example:
              portico traffic list --filter "obj.duration_us > 1000000"
            """
    )

    @OptionGroup var options: TrafficOptions
    @OptionGroup var choice: TrafficChoice
    @Option(help: ArgumentHelp("How many at most, 1 to 100.", valueName: "count"))
    var limit = 20
    @Option(name: .customLong("before-id"), help: ArgumentHelp("Only older ones than this.", valueName: "id"))
    var before: String?

    func run() async throws {
        var query = self.choice.query.map { APICall.Parameter($0.name, $0.value) }
        query.append(APICall.Parameter("limit", "\(self.limit)"))
        if let before { query.append(APICall.Parameter("before_id", before)) }
        self.options.show(
            try await self.options.send(APICall(.get, "/traffic_inspector", query: query)),
            as: TrafficText.page
        )
    }
}

struct TailTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Shows captured requests as they come, until it is stopped.",
        discussion: """
            Example:
              portico traffic tail --filter "obj.status >= 500"
            """
    )

    @OptionGroup var options: TrafficOptions
    @Option(help: ArgumentHelp("An expression over obj or ev.", valueName: "expression"))
    var filter: String?
    @Option(help: ArgumentHelp("Ends after so many.", valueName: "count"))
    var count: Int?

    func run() async throws {
        var last = ""
        var shown = 0
        while self.count.map({ shown < $0 }) ?? true {
            var body: JSONObject = ["after_id": .string(last), "wait_seconds": 25]
            if let filter { body.set("filter", to: .string(filter)) }
            // Nothing was captured yet: then whatever comes is new.
            if last.isEmpty { body.set("wait_seconds", to: 0) }
            let answer = try await self.options.send(APICall(.post, "/traffic_inspector/tail", body: body))
            for case .object(let exchange) in answer["exchanges"]?.array ?? [] {
                print(self.options.showsJSON ? JSONValue.object(exchange).text : TrafficText.line(exchange))
                shown += 1
            }
            last = answer["last_id"]?.string ?? ""
            if last.isEmpty { try await Task.sleep(for: .seconds(1)) }
        }
    }
}

struct ShowTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one captured request: its messages, and what policies did with it and why.",
        discussion: """
            Example:
              portico traffic show req_0123456789abcdef0123456789abcdef
            """
    )

    @OptionGroup var options: TrafficOptions
    @Argument(help: ArgumentHelp("The number of the request.", valueName: "id"))
    var id: String

    func run() async throws {
        let answer = try await self.options.send(APICall(.get, "/traffic_inspector/\(self.id.escapedForPath)"))
        self.options.show(answer, as: TrafficText.exchange)
    }
}

struct ExportTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Prints captured requests as an HTTP Archive (HAR), which browsers read.",
        discussion: """
            Example:
              portico traffic export --filter "obj.status >= 500"
            """
    )

    @OptionGroup var options: TrafficOptions
    @Option(help: ArgumentHelp("An expression over obj or ev.", valueName: "expression"))
    var filter: String?
    @Option(help: ArgumentHelp("One request alone.", valueName: "id"))
    var id: String?
    @Option(help: ArgumentHelp("How many at most, 1 to 200.", valueName: "count"))
    var limit = 100

    func run() async throws {
        var body: JSONObject = ["limit": .integer(Int64(self.limit))]
        if let filter { body.set("filter", to: .string(filter)) }
        if let id { body.set("id", to: .string(id)) }
        let answer = try await self.options.send(APICall(.post, "/traffic_inspector/archive", body: body))
        print(JSONValue.object(answer).lines)
    }
}

extension String {
    /// As one part of a path.
    var escapedForPath: String { self.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["_"])) ?? "" }
}
