import AgentRuntime
import JSON
import Model

/// Definitions of endpoints in bodies of the local API, read as a configuration file is.
enum EndpointRequest {
    /// An entry of `endpoints`.
    static func endpoint(_ object: JSONObject) throws(LocalFailure) -> EndpointDefinition {
        do throws(AgentSettings.LoadingError) {
            return try EndpointDefinition(json: object)
        } catch {
            throw .invalid(error.description)
        }
    }

    /// A tunnel of version 2, with its name; with two schemes it is two endpoints.
    static func tunnel(_ object: JSONObject) throws(LocalFailure) -> [EndpointDefinition] {
        do throws(AgentSettings.LoadingError) {
            return try EndpointDefinition.ofTunnel(json: object)
        } catch {
            throw .invalid(error.description)
        }
    }
}
