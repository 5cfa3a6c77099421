import APITypes
import Addressing
package import Foundation
import JSON
package import Model
package import Store

/// A name of an account by which agents reach the edge (`spec/identity.md` 11).
package struct AgentIngressRecord: ResourceDocument {
    package typealias Kind = AgentIngressKind
    package static let recordKind = RecordKind("agent_ingress")

    /// In lower case.
    package var domain: String
    /// How the edge obtains a certificate for it; nil where its own authority issues one.
    package var policy: ReservedDomainRecord.CertificatePolicy?
    package var description = ""
    package var metadata = ""
    package var created: Date

    package var uniqueKeys: [String: String] { ["domain": self.domain] }
}

/// Agent ingresses (`spec/api.md` 5.5). No DNS record is asked for: an edge need not reach the servers of the domain.
struct AgentIngressRules: ResourceRules {
    static let shape = ResourceShape.agentIngresses

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> AgentIngressRecord {
        let names = DomainNames(change.context.configuration)
        let text = body.text("domain") ?? ""
        let pattern: HostPattern
        do throws(Failure) {
            pattern = try names.pattern(text)
        } catch {
            throw Failure(.ingressDomain, error.message, cause: error)
        }
        guard !pattern.isWildcard else {
            throw Failure(.ingressDomain, "\"\(text)\" is a wildcard.")
        }
        try await Self.checkOwner(of: pattern.base, change)
        return AgentIngressRecord(
            domain: pattern.base.text,
            policy: try Self.policy(body, of: pattern, change),
            created: change.now
        )
    }

    func update(_ document: inout AgentIngressRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        // One that does not read is of a newer version, and no name of ours.
        let pattern = try? HostPattern(parsing: document.domain)
        document.policy = try Self.policy(body, of: pattern, change) ?? document.policy
    }

    private static func policy(
        _ body: CheckedBody,
        of pattern: HostPattern?,
        _ change: Change
    ) throws(Failure) -> ReservedDomainRecord.CertificatePolicy? {
        guard let policy = body.object("certificate_management_policy") else { return nil }
        if let pattern, DomainNames(change.context.configuration).isCovered(pattern) {
            throw Failure(.domainDirectlyBelow, "\(pattern) is directly below a base domain of the edge.")
        }
        let authority = policy.filledText("authority") ?? "letsencrypt"
        guard authority == "letsencrypt" else {
            throw Failure(.ingressAuthority, "There is no authority \"\(authority.prefix(50))\".")
        }
        let keyType = policy.filledText("private_key_type") ?? "rsa"
        guard ["ecdsa", "rsa"].contains(keyType) else {
            throw Failure(.domainKeyType, "There is no key type \"\(keyType.prefix(50))\".")
        }
        return .init(authority: authority, keyType: keyType)
    }

    /// Nobody may take a name that another account has reserved, or one below it.
    private static func checkOwner(of name: HostName, _ change: Change) async throws(Failure) {
        var above: HostName? = name
        while let host = above, host.labelCount >= 2 {
            for domain in [host.text, "*.\(host)"] {
                let found = try await change.context.store.found(
                    ReservedDomainRecord.self,
                    "domain",
                    domain,
                    in: .platform
                )
                guard let owner = found?.owner, owner != change.account else { continue }
                throw Failure(.ingressDomainOfOther, "Another account has reserved \(domain).")
            }
            above = host.parent
        }
    }

    func members(of stored: Stored<AgentIngressRecord>, _ view: ResourceView) -> [String: JSONValue] {
        let ingress = stored.document
        let configuration = view.context.configuration
        return [
            "domain": .string(ingress.domain),
            "ns_targets": .texts((1...2).map { "ns\($0).\(configuration.baseDomains[0])" }),
            "region_domains": .texts(["tunnel.\(configuration.region).\(ingress.domain)"]),
            "certificate_management_policy": ingress.policy.map { policy in
                ["authority": .string(policy.authority), "private_key_type": .string(policy.keyType)]
            } ?? .null,
            "certificate_management_status": ingress.policy == nil
                ? .null : ["renews_at": .null, "provisioning_job": .null],
        ]
    }

    func duplicate(_ key: String, _ document: AgentIngressRecord, _ change: Change) -> Failure? {
        Failure(.ingressDomainTaken, "There is an agent ingress for \(document.domain) already.")
    }
}
