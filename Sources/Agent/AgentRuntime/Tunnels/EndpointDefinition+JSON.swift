package import JSON
import Portico
import Settings

extension EndpointDefinition {
    /// Reads an entry of `endpoints` that came as JSON. Older clients put names and options of version 2 beside those of
    /// version 3, which are taken here.
    ///
    /// - Throws: everything that is wrong with it.
    package init(json object: JSONObject) throws(AgentSettings.LoadingError) {
        let found = try Self.read(object) { reader in
            var warnings: [String] = []
            let older = PolicyOptions(reader, warnings: &warnings)
            return EndpointDefinition(reader, policyOptions: older).map { [$0] }
        }
        self = found[0]
    }

    /// Reads a tunnel of version 2 that came as JSON, with its name.
    ///
    /// - Returns: one endpoint, or one for each of two schemes; never none.
    /// - Throws: everything that is wrong with it.
    package static func ofTunnel(json object: JSONObject) throws(AgentSettings.LoadingError) -> [EndpointDefinition] {
        try self.read(object) { reader in
            let name = reader.required("name", .text(maxBytes: 255), "What the endpoint is called here.")
            var warnings: [String] = []
            guard let tunnel = TunnelDefinition(reader, name: name ?? "tunnel"), name != nil else { return nil }
            return tunnel.endpoints(reader, warnings: &warnings)
        }
    }

    /// JSON is YAML, so that one reader does for both.
    private static func read(
        _ object: JSONObject,
        _ read: @escaping @Sendable (SettingsReader) -> [EndpointDefinition]?
    ) throws(AgentSettings.LoadingError) -> [EndpointDefinition] {
        do throws(SettingsError) {
            let file = try SettingsFile(path: "body", text: JSONValue.object(object).lines)
            let definition = SettingsDefinition(variablePrefixes: [], read)
            return try definition.load(SettingsLayers(file: file)).configuration
        } catch {
            throw AgentSettings.LoadingError(error)
        }
    }
}
