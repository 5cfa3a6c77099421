import APITypes
import Control
import JSON
import Model
import Testing

@testable import APIServer

/// What the API says of itself.
@Suite struct RootTests {
    @Test func `The root names every kind of resource, and self the caller`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let root = try await api.call("GET", "/").object
            let uris = root["subresource_uris"]?.object?.members.compactMap { $0.value.string } ?? []
            #expect(uris.count == ResourceShape.all.count)
            for uri in uris {
                let path = String(uri.dropFirst("http://127.0.0.1:\(api.port)".count))
                let isListed = ResourceShape.all.contains { "/\($0.path)" == path && $0.verbs.contains(.list) }
                #expect(try await api.call("GET", path).status == (isListed ? 200 : 405), "\(path)")
            }
            let own = try await api.call("GET", "/self").object
            #expect(own.text("user") == "tester@example.test")
            #expect(own["account"]?.object?.text("id") == api.first.account.text)
            #expect(own["api_key"]?.object?["token"] == .null)
        }
    }

    @Test func `The document has each route, and needs no key`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await api.call("GET", "/openapi.json", fields: ["authorization": nil])
            #expect(answer.status == 200)
            let paths = try answer.object["paths"]?.object?.members.map(\.key) ?? []
            for shape in ResourceShape.all {
                #expect(paths.contains("/\(shape.path)"))
                if shape.verbs.contains(.get) { #expect(paths.contains("/\(shape.path)/{id}")) }
                for operation in shape.operations { #expect(paths.contains("/\(shape.path)/\(operation.path)")) }
            }
        }
    }
}
