import APITypes
import Foundation
import Model
import SSHKeys
import Store

/// Signs a certificate of SSH, as a request asks for it.
struct SSHSigning {
    /// Of principals, options and extensions each.
    private static let countLimit = 100
    /// Of one name or value, in bytes.
    private static let textLimit = 256

    let holder: SSHCertificate.Holder
    /// What logs of hosts call the certificate.
    let identifier: String
    /// In seconds, where the request does not say until when.
    let lifetime: TimeInterval
    /// The code of an authority that is not there.
    let unknownAuthority: ErrorCode
    /// The code of a certificate that would never be good.
    let noTime: ErrorCode

    /// The change fails when the authority is deleted before it is done.
    func sign(
        _ body: CheckedBody,
        _ change: inout Change,
        options: [String: String],
        extensions: [String: String]
    ) async throws(Failure) -> SignedSSHCertificate {
        let id = body.text("ssh_certificate_authority_id") ?? ""
        guard let authority = try await change.find(id, as: SSHAuthorityRecord.self) else {
            throw Failure(self.unknownAuthority, "The account has no SSH certificate authority \"\(id.prefix(64))\".")
        }
        try change.rely(on: authority)
        let line = body.text("public_key") ?? ""
        let key = try Self.key(line)
        let principals = body.texts("principals") ?? []
        try Self.check(principals, options, extensions)
        let after = body.time("valid_after") ?? change.now
        let until = body.time("valid_until") ?? after.addingTimeInterval(self.lifetime)
        guard until > after else {
            throw Failure(self.noTime, "It would be good from \(after.rfc3339) until \(until.rfc3339).")
        }
        let contents = SSHCertificate.Contents(
            key: key,
            holder: self.holder,
            identifier: self.identifier,
            serial: .random(in: 1 ... .max),
            principals: principals,
            validAfter: after,
            validBefore: until,
            criticalOptions: options,
            extensions: extensions
        )
        let keys = change.context.keys
        let certificate = try await change.context.workshop.use { () throws(Failure) in
            let signer = try SSHAuthorityRules.key(of: authority, keys)
            do {
                return try SSHCertificate(contents, signedBy: signer)
            } catch {
                throw Failure(.apiInternalError, "The certificate was not signed.", detail: "\(error)", cause: error)
            }
        }
        return SignedSSHCertificate(
            authority: authority.id.text,
            publicKey: line,
            keyType: key.algorithm.rawValue,
            principals: principals,
            validAfter: after,
            validUntil: until,
            line: certificate.line
        )
    }

    private static func key(_ line: String) throws(Failure) -> SSHPublicKey {
        do throws(SSHPublicKey.ParseError) {
            return try SSHPublicKey(parsing: line)
        } catch .unsupported(let type) {
            throw Failure(.sshCertificateKeyType, "The key is of the type \(type.prefix(50)).")
        } catch {
            throw Failure(.sshCertificateKeyUnreadable, "The public key is refused: \(error).", cause: error)
        }
    }

    private static func check(
        _ principals: [String],
        _ options: [String: String],
        _ extensions: [String: String]
    ) throws(Failure) {
        for count in [principals.count, options.count, extensions.count] where count > Self.countLimit {
            throw Failure(.sshCertificateLarge, "There are \(count) in one list, of at most \(Self.countLimit).")
        }
        let names = principals + options.keys + extensions.keys
        for text in names + options.values + extensions.values where text.utf8.count > Self.textLimit {
            throw Failure(.sshCertificateLarge, "\"\(text.prefix(50))…\" has more than \(Self.textLimit) bytes.")
        }
        guard !names.contains("") else { throw Failure(.apiFieldType, "A principal or a name of an option is empty.") }
    }
}
