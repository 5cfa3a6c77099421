import Certificates
import Model
import Secrets
import Store

/// Certifies operators.
enum OperatorAuthority {
    fileprivate static let purpose = SealPurpose("key of the authority of operators")

    /// A certificate for the key of a request. The authority is made with the change where there is none yet.
    ///
    /// - Throws: `operatorRequest`.
    static func certify(_ request: String, as name: String, _ change: inout Change) async throws(Failure)
        -> ClientCertificate
    {
        let authority = try await Self.authority(&change)
        let now = change.now
        return try await change.context.workshop.use { () throws(Failure) in
            do throws(LocalAuthorityError) {
                return try authority.certify(request: request, as: name, at: now)
            } catch {
                throw Failure(.operatorRequest, "No certificate was made: \(error).", cause: error)
            }
        }
    }

    private static func authority(_ change: inout Change) async throws(Failure) -> LocalAuthority {
        let keys = change.context.keys
        let key = OperatorAuthorityRecord.key
        let stored = try await change.context.store.found(OperatorAuthorityRecord.self, key, key, in: .platform)
        do {
            if let stored {
                let bytes = try keys.open(stored.document.sealedKey, for: Self.purpose)
                return try LocalAuthority.load(
                    certificatePEM: stored.document.certificate,
                    keyPEM: Secret(String(decoding: bytes, as: UTF8.self))
                )
            }
            let authority = try LocalAuthority.create(name: "Portico operators", at: change.now)
            let record = OperatorAuthorityRecord(
                certificate: try authority.certificatePEM,
                sealedKey: keys.seal(Array(try authority.keyPEM.reveal().utf8), for: Self.purpose)
            )
            change.writes.append(try .create(record, ResourceID(change.name), owner: nil))
            return authority
        } catch {
            throw Failure(.apiInternalError, "Operators cannot be certified.", detail: "\(error)", cause: error)
        }
    }
}

extension OperatorAuthorityRecord: SealedDocument {
    mutating func reseal(_ keys: SealingKeyring, of id: String) throws(SealError) -> Bool {
        guard let sealed = try keys.resealed(self.sealedKey, for: OperatorAuthority.purpose) else { return false }
        self.sealedKey = sealed
        return true
    }
}
