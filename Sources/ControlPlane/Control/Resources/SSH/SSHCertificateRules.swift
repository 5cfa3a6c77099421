import APITypes
import JSON
import Model
import SSHKeys
import Store

/// SSH host certificates (`spec/api.md` 4.7). They are signed once; only texts about them change.
struct SSHHostCertificateRules: ResourceRules {
    static let shape = ResourceShape.sshHostCertificates

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> SSHHostCertificateRecord {
        let signing = SSHSigning(
            holder: .host,
            identifier: "shcrt_\(change.name)",
            lifetime: 365 * 86_400,
            unknownAuthority: .sshHostAuthorityUnknown,
            noTime: .sshHostDuration
        )
        return SSHHostCertificateRecord(
            certificate: try await signing.sign(body, &change, options: [:], extensions: [:]),
            created: change.now
        )
    }

    func members(of stored: Stored<SSHHostCertificateRecord>, _ view: ResourceView) -> [String: JSONValue] {
        stored.document.certificate.members
    }
}

/// SSH user certificates (`spec/api.md` 4.7).
struct SSHUserCertificateRules: ResourceRules {
    static let shape = ResourceShape.sshUserCertificates

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> SSHUserCertificateRecord {
        let signing = SSHSigning(
            holder: .user,
            identifier: "sucrt_\(change.name)",
            lifetime: 86_400,
            unknownAuthority: .sshUserAuthorityUnknown,
            noTime: .sshUserDuration
        )
        let options = body.map("critical_options") ?? [:]
        var extensions = body.map("extensions") ?? [:]
        if extensions.isEmpty { extensions = ["permit-pty": "", "permit-user-rc": ""] }
        return SSHUserCertificateRecord(
            certificate: try await signing.sign(body, &change, options: options, extensions: extensions),
            criticalOptions: options,
            extensions: extensions,
            created: change.now
        )
    }

    func members(of stored: Stored<SSHUserCertificateRecord>, _ view: ResourceView) -> [String: JSONValue] {
        var members = stored.document.certificate.members
        members["critical_options"] = .texts(stored.document.criticalOptions)
        members["extensions"] = .texts(stored.document.extensions)
        return members
    }
}

extension SignedSSHCertificate {
    fileprivate var members: [String: JSONValue] {
        [
            "ssh_certificate_authority_id": .string(self.authority), "public_key": .string(self.publicKey),
            "key_type": .string(self.keyType), "principals": .texts(self.principals),
            "valid_after": .time(self.validAfter), "valid_until": .time(self.validUntil),
            "certificate": .string(self.line),
        ]
    }
}

extension JSONValue {
    /// Texts by name, in the order of their names.
    fileprivate static func texts(_ texts: [String: String]) -> JSONValue {
        .object(JSONObject(texts.sorted { $0.key < $1.key }.map { JSONObject.Member($0.key, .string($0.value)) }))
    }
}
