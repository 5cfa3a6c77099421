import Secrets
import Addressing
import APITypes
import EdgeLink
import JSON
import Model
import Store

/// Cloud endpoints (`spec/api.md` 3.1, `spec/endpoints.md`). Each change is in force when it is answered.
struct CloudEndpointRules: ResourceRules {
    static let shape = ResourceShape.endpoints

    let control: Control

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> CloudEndpointRecord {
        if let type = body.filledText("type"), type != "cloud" {
            throw Failure(.endpointType, "There is no making of endpoints of the type \"\(type.prefix(50))\".")
        }
        let name = try CloudEndpointName(
            body.text("url") ?? "",
            bindings: body.texts("bindings") ?? [],
            change.context.configuration
        )
        let policy = body.text("traffic_policy") ?? ""
        var record = CloudEndpointRecord(
            ResourceID(change.name),
            account: change.account.text,
            url: "\(name.url)",
            binding: name.binding,
            isPooled: body.flag("pooling_enabled") ?? false,
            policy: policy,
            principal: change.caller.principal.owner.id,
            place: name.place,
            at: change.now,
            change.context.keys
        )
        try await self.control.checkCloudPolicy(policy, for: name, of: change.account)
        try await self.control.checkQuota(of: change.account)
        try await self.reserve(name, &record, &change)
        try await self.checkPlace(of: name, record, change)
        return record
    }

    func update(
        _ document: inout CloudEndpointRecord,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure) {
        guard body.text("url") != "" else { throw Failure(.endpointField, "The URL cannot be taken away.") }
        guard body.text("traffic_policy") != "" else {
            throw Failure(.cloudPolicyMissing, "The policy cannot be taken away.")
        }
        let before = document
        let bindings = body.texts("bindings") ?? []
        let name = try CloudEndpointName(
            body.text("url") ?? document.url,
            bindings: bindings.isEmpty ? [document.binding.rawValue] : bindings,
            change.context.configuration
        )
        guard document.url.hasPrefix("\(name.url.scheme.rawValue)://") else {
            throw Failure(.endpointSchemeChanged, "\(document.url) cannot become \(name.url).")
        }
        document.url = "\(name.url)"
        document.binding = name.binding
        document.place = name.place
        document.isPooled = body.flag("pooling_enabled") ?? document.isPooled
        document.updated = change.now
        let isElsewhere = document.url != before.url || document.binding != before.binding
        let (id, keys) = (try self.id(change), change.context.keys)
        // One that no key opens can be replaced.
        let given = body.text("traffic_policy")
        if let given, given != (try? before.policy(of: id, keys)) {
            document.setPolicy(given, of: id, keys)
            try await self.control.checkCloudPolicy(given, for: name, of: change.account)
        } else if isElsewhere {
            let policy = if let given { given } else { try before.policy(of: id, keys) }
            try await self.control.checkCloudPolicy(policy, for: name, of: change.account)
        }
        if isElsewhere { try await self.reserve(name, &document, &change) }
        if isElsewhere || document.isPooled != before.isPooled {
            try await self.checkPlace(of: name, document, change)
        }
    }

    private func checkPlace(
        of name: CloudEndpointName,
        _ record: CloudEndpointRecord,
        _ change: Change
    ) async throws(Failure) {
        let endpoint = LiveEndpoint(try self.id(change), change.account, name, isPooled: record.isPooled, policy: nil)
        try await self.control.checkPlace(of: endpoint)
    }

    /// The endpoint's own.
    private func id(_ change: Change) throws(Failure) -> ResourceID<EndpointKind> {
        guard let target = change.target else { return ResourceID(change.name) }
        guard let id = ResourceID<EndpointKind>(target) else {
            throw Failure(.apiUnknown, "\(target.prefix(64)) is no endpoint.")
        }
        return id
    }

    /// Finds what the account has reserved for the name. It must still be there when the change is made.
    private func reserve(
        _ name: CloudEndpointName,
        _ record: inout CloudEndpointRecord,
        _ change: inout Change
    ) async throws(Failure) {
        record.domain = nil
        record.address = nil
        guard name.binding == .public else { return }
        let reservations = Reservations(store: change.context.store, scope: change.caller.scope)
        if name.url.scheme == .tcp {
            guard let address = try await reservations.address(of: name.url) else {
                throw Failure(.endpointNotReserved, "The account has not reserved \(name.url.hostport).")
            }
            try change.rely(on: address)
            record.address = address.id.text
        } else {
            guard let domain = try await reservations.domain(of: name.url.host) else {
                throw Failure(.endpointNotReserved, "The account has reserved no domain for \(name.url.host).")
            }
            try change.rely(on: domain)
            record.domain = domain.id.text
        }
    }

    func duplicate(_ key: String, _ document: CloudEndpointRecord, _ change: Change) -> Failure? {
        Failure(.cloudURLTaken, "Another endpoint has \(document.url).")
    }

    func enforce(_ written: WrittenResource<CloudEndpointRecord>, by caller: Caller) async throws(Failure) {
        switch written {
        case .saved(let stored): try await self.control.serve(stored)
        case .deleted(let id, let revision): await self.control.withdraw(id, at: revision)
        }
    }

    func members(of stored: Stored<CloudEndpointRecord>, _ view: ResourceView) -> [String: JSONValue] {
        let endpoint = stored.document
        var members = EndpointMembers.members(of: endpoint.url, endpoint.binding, isPooled: endpoint.isPooled)
        members["updated_at"] = .time(endpoint.updated)
        members["type"] = "cloud"
        // Null for one that no key opens: lists go on, and it can be given anew.
        members["traffic_policy"] = .text(try? endpoint.policy(of: stored.id, view.context.keys))
        members["domain"] = endpoint.domain.map { view.reference(to: $0, .reservedDomains) } ?? .null
        members["tcp_addr"] = endpoint.address.map { view.reference(to: $0, .reservedAddresses) } ?? .null
        members["principal"] = view.reference(toOwner: endpoint.principal)
        return members
    }
}
