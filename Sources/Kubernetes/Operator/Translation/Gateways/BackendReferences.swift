import Addressing
import KubernetesClient

/// Finds the Services that routes name, where they may (`spec/kubernetes.md` 9.7).
struct BackendReferences {
    let services: ServiceDirectory
    let grants: ReferenceGrants
    let verifications: BackendVerifications

    /// Where a reference stands.
    struct Place {
        let kind: String
        let namespace: String
        let speaking: BackendProtocol
    }

    /// A backend with its share; a problem takes the share too, and answers with an error.
    struct Found {
        let weight: Int
        /// The Service that is named, whether or not it is there.
        let service: ObjectKey?
        let backend: Result<ServiceBackend, Refusal>
        let filters: [RouteFilter]
    }

    struct Refusal: Error {
        let problem: ListenerPlan.Problem
    }

    func find(
        _ references: [BackendRef],
        at place: Place,
        into translation: inout Translation
    ) -> [Found] {
        references.map { reference in
            Found(
                weight: max(0, reference.weight ?? 1),
                service: ObjectKey(reference.namespace ?? place.namespace, reference.name),
                backend: self.find(reference, at: place, into: &translation),
                filters: reference.filters
            )
        }
    }

    private func find(
        _ reference: BackendRef,
        at place: Place,
        into translation: inout Translation
    ) -> Result<ServiceBackend, Refusal> {
        func refuse(_ reason: String, _ words: String) -> Result<ServiceBackend, Refusal> {
            .failure(Refusal(problem: .init(reason: reason, message: words)))
        }
        let key = ObjectKey(reference.namespace ?? place.namespace, reference.name)
        guard (reference.group ?? "").isEmpty, (reference.kind ?? "Service") == "Service" else {
            return refuse("InvalidKind", "\(key) is a \(reference.kind ?? ""); requests go to Services")
        }
        guard self.grants.permits(kind: place.kind, in: place.namespace, to: ("", "Service", key)) else {
            return refuse("RefNotPermitted", "no ReferenceGrant of \(key.namespace) permits the Service \(key)")
        }
        guard let port = reference.port else {
            return refuse("BackendNotFound", "no port of the Service \(key) is named")
        }
        do throws(BackendProblem) {
            var backend = try self.services.backend(key, .number(port), speaking: place.speaking, into: &translation)
            let name = self.services.service(key)?.ports.first { $0.port == port }?.name ?? ""
            switch self.verifications.verification(of: key, port: name) {
            case .none: break
            case .policy(let verification):
                backend.upstream.verification = verification
                backend.upstream.scheme = place.speaking == .tcp || place.speaking == .tls ? .tls : .https
            case .invalid(let words): return refuse("InvalidBackendTLSPolicy", words)
            }
            return .success(backend)
        } catch {
            return refuse("BackendNotFound", error.message)
        }
    }

    /// What the condition `ResolvedRefs` says: the gravest reason, and all messages. Nil where there is nothing.
    static func summary(_ problems: [ListenerPlan.Problem]) -> ListenerPlan.Problem? {
        let order = ["RefNotPermitted", "InvalidKind", "BackendNotFound"]
        // The policy of a backend has a condition of its own.
        let told = problems.filter { order.contains($0.reason) }
        let gravest = order.first { reason in told.contains { $0.reason == reason } }
        var seen: Set<String> = []
        let messages = told.map(\.message).filter { seen.insert($0).inserted }
        return gravest.map { .init(reason: $0, message: messages.joined(separator: "; ")) }
    }
}
