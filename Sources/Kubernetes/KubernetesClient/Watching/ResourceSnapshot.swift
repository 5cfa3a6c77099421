/// The objects of one kind, as they were at one moment.
package struct ResourceSnapshot<Object: KubernetesResource>: Sendable {
    /// Those that can be read.
    package internal(set) var objects: [ObjectKey: Object] = [:]
    /// Why the others cannot. One that could be read before is still among `objects`, as it was then.
    package internal(set) var broken: [ObjectKey: Broken] = [:]

    package struct Broken: Sendable, Equatable {
        package let metadata: ObjectMetadata
        /// Where it is wrong, and how.
        package let reason: String
    }

    package init() {}

    mutating func replaceAll(_ found: [ReadObject<Object>]) {
        let before = self.objects
        self = ResourceSnapshot()
        for object in found { self.put(object, before: before) }
    }

    mutating func put(_ object: ReadObject<Object>) { self.put(object, before: self.objects) }

    private mutating func put(_ object: ReadObject<Object>, before: [ObjectKey: Object]) {
        switch object {
        case .good(let object):
            self.objects[object.key] = object
            self.broken[object.key] = nil
        case .bad(let metadata, let reason):
            self.objects[metadata.key] = before[metadata.key]
            self.broken[metadata.key] = Broken(metadata: metadata, reason: reason)
        }
    }

    mutating func remove(_ key: ObjectKey) {
        self.objects[key] = nil
        self.broken[key] = nil
    }

    /// Of all that are there, whether or not they can be read.
    var count: Int { self.objects.count + self.broken.keys.count { self.objects[$0] == nil } }
}
