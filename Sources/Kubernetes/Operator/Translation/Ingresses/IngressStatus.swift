import Addressing
import JSON
import KubernetesClient

/// Where visitors of an Ingress are sent (`spec/kubernetes.md` 6.3).
struct IngressStatus {
    private let domains: [String: Domain]
    private let options: TranslationOptions

    init(_ snapshot: ClusterSnapshot, _ options: TranslationOptions) {
        self.domains = Dictionary(snapshot.domains.map { ($0.spec.domain.lowercased(), $0) }) { first, _ in first }
        self.options = options
    }

    func status(of ingress: Ingress) -> ObjectStatus {
        let entries = self.entries(of: ingress)
        return ObjectStatus(
            object: ingress.reference,
            status: ["loadBalancer": entries.isEmpty ? [:] : ["ingress": .array(entries)]]
        )
    }

    private func entries(of ingress: Ingress) -> [JSONValue] {
        guard self.options.publishedAddresses.isEmpty else {
            return LoadBalancerEntries.entries(self.options.publishedAddresses)
        }
        let hosts = (ingress.spec?.rules ?? []).flatMap { $0.host.isEmpty ? self.options.defaultHosts : [$0.host] }
        let targets = hosts.compactMap { LoadBalancerEntries.target(of: self.domains[$0.lowercased()]) }
        return LoadBalancerEntries.entries(targets)
    }
}

/// Entries of `status.loadBalancer.ingress`.
enum LoadBalancerEntries {
    /// Sorted, each once: an address as an address, everything else as a name.
    static func entries(_ targets: [String]) -> [JSONValue] {
        Set(targets).sorted().map { target in
            // What is no address is a name.
            (try? IPAddress(parsing: target)) != nil ? ["ip": .string(target)] : ["hostname": .string(target)]
        }
    }

    /// Where a reserved name is to point, or the name itself where the edge owns it; nil before it is reserved.
    static func target(of domain: Domain?) -> String? {
        guard let status = domain?.status else { return nil }
        if let target = status.cnameTarget, !target.isEmpty { return target }
        guard let name = status.domain, !name.isEmpty else { return nil }
        return name.hasPrefix("*.") ? String(name.dropFirst(2)) : name
    }
}
