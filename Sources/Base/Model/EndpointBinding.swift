/// From where an endpoint is reached (`spec/endpoints.md` 3). The raw values are those of the API and the agent protocol.
package enum EndpointBinding: String, Sendable, Hashable, CaseIterable, Codable {
    /// By everybody who reaches an edge.
    case `public`
    /// By the policies of other endpoints of the same account, with `forward-internal`.
    case `internal`
    /// By services in clusters, through the operator.
    case kubernetes

    /// Whether names of this binding belong to one account, so that two accounts may have the same.
    package var isPerAccount: Bool { self != .public }
}
