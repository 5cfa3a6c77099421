import JSON
import KubernetesClient

/// An object as it was read last, of the kinds that the operator writes to.
struct WrittenObject: Sendable {
    let kind: ResourceKind
    let reference: ObjectReference
    let metadata: ObjectMetadata
    let status: JSONValue?

    /// Our marks on it, that of older versions too.
    var finalizers: [String] {
        let ours = [TranslationOptions.finalizer, TranslationOptions.olderFinalizer]
        return self.metadata.finalizers.filter(ours.contains)
    }
}

/// All objects of a snapshot that the operator writes to, by who they are.
struct WrittenObjects: Sendable {
    private struct Identity: Hashable {
        let group: String
        let kind: String
        let key: ObjectKey
    }

    private var objects: [Identity: WrittenObject] = [:]

    init(_ snapshot: ClusterSnapshot) {
        self.add(snapshot.ingresses) { $0.status }
        self.add(snapshot.services) { $0.status }
        self.add(snapshot.gatewayClasses) { $0.status }
        self.add(snapshot.gateways) { $0.status }
        self.add(snapshot.httpRoutes) { $0.status }
        self.add(snapshot.grpcRoutes) { $0.status }
        self.add(snapshot.tlsRoutes) { $0.status }
        self.add(snapshot.tcpRoutes) { $0.status }
        self.add(snapshot.backendTLSPolicies) { $0.status }
        self.add(snapshot.trafficPolicies) { $0.status }
        self.add(snapshot.cloudEndpoints) { $0.status }
        self.add(snapshot.agentEndpoints) { $0.status }
    }

    private mutating func add<Object: KubernetesResource>(_ objects: [Object], status: (Object) -> JSONValue?) {
        for object in objects {
            let reference = object.reference
            self.objects[Identity(group: reference.group, kind: reference.kind, key: reference.key)] = WrittenObject(
                kind: Object.resource,
                reference: reference,
                metadata: object.metadata,
                status: status(object)
            )
        }
    }

    subscript(reference: ObjectReference) -> WrittenObject? {
        self.objects[Identity(group: reference.group, kind: reference.kind, key: reference.key)]
    }

    /// Those that have our finalizer, in no order.
    var marked: [WrittenObject] { self.objects.values.filter { !$0.finalizers.isEmpty } }
}
