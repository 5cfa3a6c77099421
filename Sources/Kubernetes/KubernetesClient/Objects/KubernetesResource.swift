/// An object of the cluster, as a value: what of it is read.
///
/// Members that a type does not name are no errors; values of the wrong type are, and say where they stand.
package protocol KubernetesResource: Codable, Sendable {
    static var resource: ResourceKind { get }
    var metadata: ObjectMetadata { get }
}

extension KubernetesResource {
    package var key: ObjectKey { self.metadata.key }

    /// The object as events and statuses name it.
    package var reference: ObjectReference {
        ObjectReference(
            group: Self.resource.group,
            kind: Self.resource.kind,
            key: self.key,
            uid: self.metadata.uid,
            generation: self.metadata.generation ?? 0
        )
    }
}

extension ObjectMetadata {
    package var key: ObjectKey { ObjectKey(self.namespace, self.name) }
}

/// One object, named for its events and its status.
package struct ObjectReference: Sendable, Hashable, CustomStringConvertible {
    package let group: String
    package let kind: String
    package let key: ObjectKey
    package let uid: String
    /// The one that was looked at.
    package let generation: Int64

    package init(group: String, kind: String, key: ObjectKey, uid: String, generation: Int64) {
        self.group = group
        self.kind = kind
        self.key = key
        self.uid = uid
        self.generation = generation
    }

    package var description: String { "\(self.kind)/\(self.key)" }
}
