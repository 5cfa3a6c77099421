package import APIClient
import APITypes
import JSON

/// The edge's REST API, as what the operator makes there asks it.
package struct EdgeAPI: Sendable {
    /// Pages of one list; beyond them, it is cut off.
    private static let pages = 1000

    private let connection: APIConnection
    /// Says whose something is, among its metadata: only what has it is ever changed or deleted.
    let mark: OperatorMark

    package init(_ connection: APIConnection, mark: OperatorMark) {
        self.connection = connection
        self.mark = mark
    }

    /// - Throws: where it was refused, or there was no answer.
    @discardableResult
    func call(_ method: Method, _ path: String, _ body: JSONObject? = nil) async throws(EdgeRefusal) -> JSONObject {
        try await self.send(APICall(method, path, body: body))
    }

    /// Deletes something; what is gone is no error.
    func delete(_ path: String) async throws(EdgeRefusal) {
        do {
            try await self.call(.delete, path)
        } catch  where error.isMissing {
            return
        }
    }

    /// All of one kind.
    func list(
        _ path: String,
        _ envelope: String,
        query: [APICall.Parameter] = []
    ) async throws(EdgeRefusal) -> [JSONObject] {
        var found: [JSONObject] = []
        for _ in 0..<Self.pages {
            var query = query + [APICall.Parameter("limit", "100")]
            if let last = found.last?["id"]?.string { query.append(APICall.Parameter("before_id", last)) }
            let page = try await self.send(APICall(.get, path, query: query))
            let items = page[envelope]?.array?.compactMap(\.object) ?? []
            found += items
            guard page["next_page_uri"]?.string?.isEmpty == false, !items.isEmpty else { break }
        }
        return found
    }

    private func send(_ call: APICall) async throws(EdgeRefusal) -> JSONObject {
        let answer: APIAnswer
        do {
            answer = try await self.connection.send(call)
        } catch {
            throw EdgeRefusal(error)
        }
        guard answer.isSuccess else { throw EdgeRefusal(answer) }
        return answer.body?.object ?? JSONObject()
    }
}

/// Which installation made something at the edge: the cluster, by the UID of the namespace that the operator runs in, and
/// the release there.
package struct OperatorMark: Sendable, Hashable {
    static let key = "portico.operator"

    let text: String

    package init(namespaceUID: String, release: String) {
        self.text = "\(namespaceUID)/\(release)"
    }

    /// Whether it stands in an object's metadata.
    func stands(in metadata: String) -> Bool {
        Self.member(Self.key, of: metadata) == self.text
    }

    /// Metadata of what is ours, and what else is said of it.
    func metadata(_ others: [String: String] = [:]) -> String {
        MetadataText.text(others.merging([Self.key: self.text]) { $1 })
    }

    /// A text in metadata; nil where there is none.
    static func member(_ name: String, of metadata: String) -> String? {
        // Metadata that is no JSON is somebody else's.
        (try? JSONValue(reading: metadata.utf8))?.object?[name]?.string
    }
}

/// Metadata as the edge keeps it.
enum MetadataText {
    /// A compact JSON object with sorted keys, so that the same members are the same bytes; empty for none.
    static func text(_ members: [String: String]) -> String {
        guard !members.isEmpty else { return "" }
        let sorted = members.sorted { $0.key < $1.key }.map { JSONObject.Member($0.key, .string($0.value)) }
        return JSONValue.object(JSONObject(sorted)).text
    }
}
