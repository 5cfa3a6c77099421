import APITypes
import Addressing
import JSON
import Model
import Store

/// Reserved domains (`spec/api.md` 3.2, `spec/endpoints.md` 7).
struct ReservedDomainRules: ResourceRules {
    static let shape = ResourceShape.reservedDomains

    let control: Control

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> ReservedDomainRecord {
        guard body.filledText("domain") == nil || body.filledText("name") == nil else {
            throw Failure(.domainNameTwice, "Both domain and name are given.")
        }
        let names = DomainNames(change.context.configuration)
        let pattern = try names.pattern(body.filledText("domain") ?? body.filledText("name") ?? "")
        try await self.checkAbove(pattern, change)
        if let region = body.filledText("region") { _ = try names.places([region]) }
        let isOurs = names.isBelowBase(pattern)
        var record = ReservedDomainRecord(
            domain: "\(pattern)",
            target: isOurs ? nil : "\(RandomName.label()).\(names.baseDomains[0])",
            policy: isOurs ? nil : .init(authority: "letsencrypt", keyType: "ecdsa"),
            places: [],
            created: change.now
        )
        try await self.fill(&record, body, &change)
        return record
    }

    func update(
        _ document: inout ReservedDomainRecord,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure) {
        if let domain = body.filledText("domain"), domain.lowercased() != document.domain {
            throw Failure(.domainChanged, "\(document.domain) cannot become \"\(domain.prefix(253))\".")
        }
        try await self.fill(&document, body, &change)
    }

    /// What may be given when a domain is made and when it is changed.
    private func fill(
        _ record: inout ReservedDomainRecord,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure) {
        let policy = body.object("certificate_management_policy")
        let isCovered = record.pattern.map(DomainNames(change.context.configuration).isCovered) ?? false
        if let certificate = body.filledText("certificate_id") {
            guard policy == nil else {
                throw Failure(.domainCertificateTwice, "Both certificate_id and a management policy are given.")
            }
            guard !isCovered else {
                throw Failure(.domainUploadOfEdge, "\(record.domain) is served with the certificate of the edge.")
            }
            guard let found = try await change.find(certificate, as: TLSCertificateRecord.self) else {
                throw Failure(.certificateUnknown, "The account has no certificate \"\(certificate.prefix(64))\".")
            }
            // It must not be deleted at the same moment.
            try change.rely(on: found)
            record.certificate = found.id.text
            try await Self.endManagement(of: &record, &change)
        }
        if let policy {
            guard !isCovered else {
                throw Failure(.domainPolicyOfEdge, "\(record.domain) is served with the certificate of the edge.")
            }
            record.policy = try Self.policy(policy)
            record.certificate = nil
        }
        if let targets = body.objects("resolves_to") {
            record.places = try DomainNames(change.context.configuration).places(targets.map { $0.text("value") ?? "" })
        }
    }

    /// The edge obtains no certificate any more, forgets the one that it has obtained, and has it revoked.
    static func endManagement(
        of record: inout ReservedDomainRecord,
        _ change: inout Change,
        because reason: RevocationRecord.Reason = .superseded
    ) async throws(Failure) {
        if let issued = record.management?.certificate,
            let stored = try await change.find(issued, as: TLSCertificateRecord.self)
        {
            change.delete(stored)
            if let write = try CertificateManagement.revoke(stored, because: reason, at: change.now) {
                change.writes.append(write)
            }
        }
        record.policy = nil
        record.management = nil
    }

    private static func policy(_ body: CheckedBody) throws(Failure) -> ReservedDomainRecord.CertificatePolicy {
        let authority = body.filledText("authority") ?? "letsencrypt"
        guard authority == "letsencrypt" else {
            throw Failure(.domainAuthority, "There is no authority \"\(authority.prefix(50))\".")
        }
        let keyType = body.filledText("private_key_type") ?? "ecdsa"
        guard ["ecdsa", "rsa"].contains(keyType) else {
            throw Failure(.domainKeyType, "There is no key type \"\(keyType.prefix(50))\".")
        }
        return .init(authority: authority, keyType: keyType)
    }

    // MARK: - Whose names

    /// A domain takes in every name below it: nobody else may reserve one there.
    private func checkAbove(_ pattern: HostPattern, _ change: Change) async throws(Failure) {
        var above: HostName? = pattern.isWildcard ? pattern.base : pattern.base.parent
        while let name = above, name.labelCount >= 2 {
            for domain in [name.text, "*.\(name)"] where domain != "\(pattern)" {
                guard let owner = try await self.owner(of: domain, change), owner != change.account else { continue }
                throw Failure(.domainOfOther, "\(pattern) is below \(domain), which another account has reserved.")
            }
            above = name.parent
        }
    }

    private func owner(of domain: String, _ change: Change) async throws(Failure) -> ResourceID<AccountKind>? {
        do throws(StoreError) {
            let kind = ReservedDomainRecord.recordKind
            return try await change.context.store.find(kind, "domain", domain, in: .platform).owner
        } catch .notFound {
            return nil
        } catch {
            throw Failure(store: error)
        }
    }

    func duplicate(
        _ key: String,
        _ document: ReservedDomainRecord,
        _ change: Change
    ) async throws(Failure) -> Failure? {
        guard let owner = try await self.owner(of: document.domain, change) else { return nil }
        return owner == change.account
            ? Failure(.domainReserved, "The account has \(document.domain) already.")
            : Failure(.domainOfOther, "\(document.domain) is reserved by another account.")
    }

    // MARK: - In force

    func enforce(
        _ written: WrittenResource<ReservedDomainRecord>,
        by caller: Caller
    ) async throws(Failure) {
        switch written {
        case .saved(let stored): try await self.control.serveCertificate(of: stored)
        case .deleted(let id, let revision): await self.control.withdrawCertificate(of: id, at: revision)
        }
    }

    // MARK: - Answers and operations

    func members(of stored: Stored<ReservedDomainRecord>, _ view: ResourceView) -> [String: JSONValue] {
        let domain = stored.document
        let isWildcard = domain.domain.hasPrefix("*.")
        return [
            "domain": .string(domain.domain),
            "region": "",
            "certificate": domain.served.map { view.reference(to: $0, .tlsCertificates) } ?? .null,
            "certificate_management_policy": domain.policy.map { policy in
                ["authority": .string(policy.authority), "private_key_type": .string(policy.keyType)]
            } ?? .null,
            "certificate_management_status": domain.policy == nil
                ? .null : (domain.management ?? CertificateManagement()).members,
            "resolves_to": .array(domain.places.map { ["value": .string($0)] }),
            "cname_target": .text(domain.target),
            "acme_challenge_cname_target": .text(
                isWildcard ? domain.challengeTarget(in: view.context.configuration.acme?.zone) : nil
            ),
            "is_dev": false,
        ]
    }

    func perform(
        _ call: OperationCall,
        on document: inout ReservedDomainRecord,
        _ change: inout Change
    ) async throws(Failure) {
        switch call.name {
        case "delete_certificate":
            guard document.certificate != nil else {
                throw Failure(.domainCertificateOther, "\(document.domain) has no certificate that was uploaded.")
            }
            document.certificate = nil
        default:
            guard document.policy != nil else {
                throw Failure(.domainCertificateOther, "\(document.domain) has no certificate management policy.")
            }
            try await Self.endManagement(of: &document, &change)
        }
    }
}
