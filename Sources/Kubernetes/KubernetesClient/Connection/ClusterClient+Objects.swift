import Foundation
package import JSON

/// Where objects are looked for.
package struct ObjectScope: Sendable, Hashable {
    /// Empty: in all namespaces, and what belongs to none.
    package let namespace: String
    /// As in `metadata.name=x`; nil for all.
    package let fieldSelector: String?
    /// As in `app=web`; nil for all.
    package let labelSelector: String?

    package init(namespace: String = "", fieldSelector: String? = nil, labelSelector: String? = nil) {
        self.namespace = namespace
        self.fieldSelector = fieldSelector
        self.labelSelector = labelSelector
    }

    package static let everywhere = ObjectScope()

    var query: [(name: String, value: String)] {
        [("fieldSelector", self.fieldSelector), ("labelSelector", self.labelSelector)].compactMap { name, value in
            value.map { (name, $0) }
        }
    }
}

// MARK: - Reading

extension ClusterClient {
    /// The object; nil where there is none of that name.
    package func get<Object: KubernetesResource>(
        _: Object.Type = Object.self,
        as type: ResourceType,
        _ key: ObjectKey
    ) async throws(ClusterError) -> Object? {
        let answer: Data
        do {
            answer = try await self.send(ClusterRequest(.get, type.path(of: key)))
        } catch  where error.isMissing {
            return nil
        }
        return try Self.decode(Object.self, from: answer)
    }

    /// The whole object, as the server has it, for who changes a part of it; nil where there is none of that name.
    package func value(
        as type: ResourceType,
        _ key: ObjectKey
    ) async throws(ClusterError) -> JSONObject? {
        let answer: Data
        do {
            answer = try await self.send(ClusterRequest(.get, type.path(of: key)))
        } catch  where error.isMissing {
            return nil
        }
        do {
            return try JSONValue(reading: answer, limits: JSONLimits(bytes: 16 << 20)).object
        } catch {
            throw .malformed("\(error)")
        }
    }

    /// All objects, page by page, and the version from which a watch goes on. More than `limit` of them are `.tooLarge`.
    package func list<Object: KubernetesResource>(
        _: Object.Type = Object.self,
        as type: ResourceType,
        in scope: ObjectScope = .everywhere,
        limit: Int
    ) async throws(ClusterError) -> ObjectList<Object> {
        var found = ObjectList<Object>(objects: [], resourceVersion: "")
        var next: String?
        repeat {
            var request = ClusterRequest(.get, type.path(in: scope.namespace), query: scope.query)
            request.query.append(("limit", "500"))
            if let next { request.query.append(("continue", next)) }
            let page = try Self.decode(ListPage<Object>.self, from: try await self.send(request))
            found.objects += page.items
            found.resourceVersion = page.metadata.resourceVersion ?? ""
            guard found.objects.count <= limit else { throw .tooLarge("\(limit) objects of \(type.kind.plural)") }
            next = page.metadata.continue.flatMap { $0.isEmpty ? nil : $0 }
        } while next != nil
        return found
    }

    static func decode<Value: Decodable>(_: Value.Type, from bytes: Data) throws(ClusterError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: bytes)
        } catch {
            throw .malformed((error as? DecodingError)?.place ?? "\(error)")
        }
    }
}

/// What a list found.
package struct ObjectList<Object: KubernetesResource>: Sendable {
    package var objects: [ReadObject<Object>]
    /// What a watch begins at.
    package var resourceVersion: String
}

struct ListPage<Object: KubernetesResource>: Decodable {
    struct Metadata: Decodable {
        let resourceVersion: String?
        let `continue`: String?
    }

    let metadata: Metadata
    let items: [ReadObject<Object>]

    private enum CodingKeys: String, CodingKey {
        case metadata, items
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.metadata = try fields.decode(Metadata.self, forKey: .metadata)
        self.items = try fields.decodeIfPresent([ReadObject<Object>].self, forKey: .items) ?? []
    }
}

// MARK: - Writing

extension ClusterClient {
    /// Makes an object of `body`, which has no `apiVersion` and `kind`: they are those of `type`.
    @discardableResult
    package func create(
        _ type: ResourceType,
        in namespace: String,
        _ body: JSONObject
    ) async throws(ClusterError) -> ObjectMetadata {
        try await self.write(.post, type.path(in: namespace), .json, type.named(body))
    }

    /// Puts `body` in the place of an object; its `metadata.resourceVersion` says which state of it is replaced.
    @discardableResult
    package func replace(
        _ type: ResourceType,
        _ key: ObjectKey,
        _ body: JSONObject,
        subresource: Subresource? = nil
    ) async throws(ClusterError) -> ObjectMetadata {
        try await self.write(
            .put,
            type.path(of: key, subresource),
            .json,
            type.named(body)
        )
    }

    /// Changes what `patch` names (RFC 7386). With `metadata.resourceVersion` in it, it fails where somebody else has
    /// written the object meanwhile.
    @discardableResult
    package func mergePatch(
        _ type: ResourceType,
        _ key: ObjectKey,
        _ patch: JSONObject,
        subresource: Subresource? = nil
    ) async throws(ClusterError) -> ObjectMetadata {
        try await self.write(
            .patch,
            type.path(of: key, subresource),
            .mergePatch,
            patch
        )
    }

    /// Makes the object be as `body` says, which then is `manager`'s: what it does not name any more goes away
    /// (server-side apply).
    @discardableResult
    package func apply(
        _ type: ResourceType,
        _ key: ObjectKey,
        _ body: JSONObject,
        manager: String,
        subresource: Subresource? = nil
    ) async throws(ClusterError) -> ObjectMetadata {
        try await self.write(
            .patch,
            type.path(of: key, subresource),
            .apply,
            type.named(body),
            query: [("fieldManager", manager), ("force", "true")]
        )
    }

    /// Asks for the end of an object; one that is gone is no error. With a `uid`, one of the same name that was made since
    /// stays.
    package func delete(_ type: ResourceType, _ key: ObjectKey, uid: String? = nil) async throws(ClusterError) {
        var body: JSONObject = [
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
        ]
        if let uid { body.set("preconditions", to: ["uid": .string(uid)]) }
        let bytes = JSONValue.object(body).bytes
        do {
            _ = try await self.send(
                ClusterRequest(.delete, type.path(of: key), body: .init(kind: .json, bytes: Array(bytes)))
            )
        } catch  where error.isMissing {
            return
        } catch  where uid != nil && error.isConflict {
            // There is another of that name now.
            return
        }
    }

    private struct Written: Decodable {
        let metadata: ObjectMetadata
    }

    private func write(
        _ method: ClusterRequest.Method,
        _ path: String,
        _ kind: ClusterRequest.BodyKind,
        _ body: JSONObject,
        query: [(name: String, value: String)] = []
    ) async throws(ClusterError) -> ObjectMetadata {
        let bytes = JSONValue.object(body).bytes
        let answer = try await self.send(
            ClusterRequest(method, path, query: query, body: .init(kind: kind, bytes: Array(bytes)))
        )
        return try Self.decode(Written.self, from: answer).metadata
    }
}

extension ResourceType {
    fileprivate func named(_ body: JSONObject) -> JSONObject {
        var body = body
        body.set("apiVersion", to: .string(self.apiVersion))
        body.set("kind", to: .string(self.kind.kind))
        return body
    }
}
