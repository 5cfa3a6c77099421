import Addressing
import KubernetesClient

/// Turns a snapshot of the cluster into what the edge should serve and what the objects should say about it.
///
/// Pure: the same snapshot and options give the same translation, whatever the order of objects.
package struct Translator: Sendable {
    package let options: TranslationOptions

    package init(_ options: TranslationOptions = TranslationOptions()) {
        self.options = options
    }

    package func translate(_ snapshot: ClusterSnapshot) -> Translation {
        var translation = Translation()
        var objects: [OwnerID: ObjectReference] = [:]
        let services = ServiceDirectory(snapshot, self.options)
        let policies = PolicyDirectory(snapshot.trafficPolicies)
        let ingresses = IngressTranslation(
            snapshot: snapshot,
            options: self.options,
            services: services,
            policies: policies
        )
        let gateways = GatewayTranslation(
            snapshot: snapshot,
            options: self.options,
            services: services,
            policies: policies
        )
        var sites = ingresses.sites(into: &translation, objects: &objects)
        sites += gateways.sites(besides: Set(sites.map(\.url)), into: &translation, objects: &objects)
        sites += LoadBalancerTranslation(
            snapshot: snapshot,
            options: self.options,
            services: services,
            policies: policies
        ).sites(into: &translation, objects: &objects)
        var assembly = SiteAssembly(self.options)
        assembly.assemble(sites, into: &translation, objects: objects)
        OwnEndpointTranslation(policies: policies).translate(snapshot, into: &translation)
        translation.statuses += snapshot.trafficPolicies.map(TrafficPolicyStatus.status)
        translation.sort()
        return translation
    }
}

extension Translation {
    fileprivate mutating func sort() {
        self.endpoints.sort {
            ($0.namespace, $0.name, $0.url.description) < ($1.namespace, $1.name, $1.url.description)
        }
        self.addressWishes.sort { ($0.object.key, $0.place) < ($1.object.key, $1.place) }
        self.statuses.sort { $0.object.description < $1.object.description }
        self.events.sort {
            ($0.object.description, $0.reason.rawValue, $0.message)
                < ($1.object.description, $1.reason.rawValue, $1.message)
        }
    }
}
