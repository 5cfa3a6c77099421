import APITypes
import Control
import HTTPTypes
import Hummingbird
import JSON

/// What the API says of itself (`spec/api.md` 6.4).
struct RootRoutes: Sendable {
    let control: Control
    let configuration: APIServerConfiguration

    /// The document of the API, which needs no key.
    func addOpen(to router: Router<APIContext>) {
        router.get("/openapi.json") { [configuration] request, _ in
            Answer.json(OpenAPIDocument.json(ResourceShape.all, url: configuration.url(for: request)))
        }
    }

    func add(to routes: RouterGroup<APIContext>) {
        routes.get("/") { _, context in
            let url = try context.authenticated().apiURL
            let uris = ResourceShape.all.map { JSONObject.Member($0.path, .string("\(url)/\($0.path)")) }
            return Answer.json(["uri": .string("\(url)/"), "subresource_uris": .object(JSONObject(uris))])
        }
        routes.get("/self") { [control] _, context in
            Answer.json(try await control.description(of: try context.authenticated()))
        }
    }
}

extension APIServerConfiguration {
    /// What the client calls the API, unless the operator says otherwise; without a slash at its end.
    func url(for request: Request) -> String {
        if let publicURL { return publicURL }
        let host = request.head.authority ?? ""
        let isHost = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & ~0x20) || "-.:[]".utf8.contains(byte)
        }
        return "\(self.certificate == nil ? "http" : "https")://\(isHost && !host.isEmpty ? host : "localhost")"
    }
}
