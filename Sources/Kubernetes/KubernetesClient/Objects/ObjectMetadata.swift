/// What every object has.
package struct ObjectMetadata: Codable, Sendable, Hashable {
    package var name: String
    /// Empty for objects of the whole cluster.
    @OrEmpty package var namespace: String
    @OrEmpty package var uid: String
    @OrEmpty package var resourceVersion: String
    /// Counts changes of the specification; nil where the API server does not count them.
    package var generation: Int64?
    /// RFC 3339 in UTC, so that the order of texts is the order of times.
    @OrEmpty package var creationTimestamp: String
    package var deletionTimestamp: String?
    @OrEmpty package var labels: [String: String]
    @OrEmpty package var annotations: [String: String]
    @OrEmpty package var finalizers: [String]
    @OrEmpty package var ownerReferences: [OwnerReference]

    package init(name: String, namespace: String = "", uid: String = "") {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = ""
        self.creationTimestamp = ""
        self.labels = [:]
        self.annotations = [:]
        self.finalizers = []
        self.ownerReferences = []
    }

    package var isBeingDeleted: Bool { self.deletionTimestamp != nil }
}

package struct OwnerReference: Codable, Sendable, Hashable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package var uid: String
    package var controller: Bool?
    package var blockOwnerDeletion: Bool?
}

/// Where an object is found: its namespace, empty for objects of the whole cluster, and its name.
package struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let namespace: String
    package let name: String

    package init(_ namespace: String, _ name: String) {
        self.namespace = namespace
        self.name = name
    }

    package var description: String { self.namespace.isEmpty ? self.name : "\(self.namespace)/\(self.name)" }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}
