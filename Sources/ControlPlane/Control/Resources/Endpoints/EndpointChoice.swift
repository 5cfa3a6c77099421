import APITypes
import Foundation
import JSON
import Model

/// Which endpoints a list asks for.
struct EndpointChoice: Sendable {
    /// Types go by two names.
    private static let typeNames = ["agent": "ephemeral"]

    private let filter: ListFilter?
    private let wanted: [String: Set<String>]

    /// - Throws: `apiFilter`.
    init(_ query: ListQuery, now: Date) throws(Failure) {
        self.filter = try query.filter.map { (text) throws(Failure) in
            try ListFilter(text, of: .endpoints, now: now, otherNames: ["type": Self.typeNames])
        }
        self.wanted = query.parameters.mapValues { values in
            Set(values.filter { !$0.isEmpty }.map { Self.typeNames[$0] ?? $0 })
        }.filter { !$0.value.isEmpty }
    }

    func takes(_ endpoint: JSONObject) -> Bool {
        self.wanted.allSatisfy { name, values in
            switch endpoint[name == "binding" ? "bindings" : name] {
            case .string(let text)?: values.contains(text)
            case .bool(let flag)?: values.contains(flag ? "true" : "false")
            case .array(let texts)?: texts.contains { values.contains($0.string ?? "") }
            default: false
            }
        } && self.filter?.matches(Self.withBinding(endpoint)) ?? true
    }

    /// Filters may ask for the one binding that an endpoint has, too.
    private static func withBinding(_ endpoint: JSONObject) -> JSONObject {
        var endpoint = endpoint
        endpoint.set("binding", to: endpoint["bindings"]?.array?.first ?? .null)
        return endpoint
    }
}
