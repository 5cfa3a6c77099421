import EdgeLink
import Model
import Store

/// What is known of the cloud endpoints in the store: how far each was followed, and which are not served.
struct CloudEndpoints {
    /// One that is stored, and that others keep from being served.
    struct Waiting {
        let endpoint: LiveEndpoint
        let failure: Failure
    }

    /// The revisions that were seen; what comes later and is older changes nothing.
    private var seen: [ResourceID<EndpointKind>: Revision] = [:]
    /// Those of deletions, until the feed of changes has gone past them.
    private var deleted: [ResourceID<EndpointKind>: Revision] = [:]
    /// Tried again with each change.
    var waiting: [ResourceID<EndpointKind>: Waiting] = [:]
    /// Accounts whose endpoints are not served.
    var suspended: Set<ResourceID<AccountKind>> = []

    /// Whether this form of an endpoint was not seen yet, and no later one either.
    func isNew(_ id: ResourceID<EndpointKind>, at revision: Revision) -> Bool {
        revision > max(self.seen[id] ?? .zero, self.deleted[id] ?? .zero)
    }

    mutating func see(_ id: ResourceID<EndpointKind>, at revision: Revision) {
        self.seen[id] = revision
    }

    mutating func seeDeletion(of id: ResourceID<EndpointKind>, at revision: Revision) {
        self.seen[id] = nil
        self.waiting[id] = nil
        self.deleted[id] = revision
    }

    /// The endpoint will be taken up anew, as it is stored then.
    mutating func forget(_ id: ResourceID<EndpointKind>) {
        self.seen[id] = nil
        self.waiting[id] = nil
    }

    /// The feed of changes has gone past `revision`: nothing older comes any more.
    mutating func forgetDeletions(to revision: Revision) {
        guard !self.deleted.isEmpty else { return }
        self.deleted = self.deleted.filter { $0.value > revision }
    }
}

extension LiveEndpoint {
    init(
        _ id: ResourceID<EndpointKind>,
        _ account: ResourceID<AccountKind>,
        _ name: CloudEndpointName,
        isPooled: Bool,
        policy: EndpointPolicy?
    ) {
        self.init(
            id: id,
            account: account,
            url: name.url,
            binding: name.binding,
            isPooled: isPooled,
            policy: policy,
            source: .cloud
        )
    }
}
