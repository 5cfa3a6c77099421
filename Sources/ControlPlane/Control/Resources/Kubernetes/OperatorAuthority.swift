import Certificates
import Model
import Secrets
import Store

/// Certifies operators.
enum OperatorAuthority {
    fileprivate static let member = "sealedKey"

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
                return try LocalAuthority.load(
                    certificatePEM: stored.document.certificate,
                    keyPEM: try stored.seals(keys).open(stored.document.sealedKey, as: Self.member)
                )
            }
            let authority = try LocalAuthority.create(name: "Portico operators", at: change.now)
            let id = ResourceID<CertificateAuthorityKind>(change.name)
            let seals = RecordSeals(keys, OperatorAuthorityRecord.self, id)
            let record = OperatorAuthorityRecord(
                certificate: try authority.certificatePEM,
                sealedKey: seals.seal(try authority.keyPEM, as: Self.member)
            )
            change.writes.append(try .create(record, id, owner: nil))
            return authority
        } catch let error as SealError {
            throw Failure(error, .apiInternalError, "The key of the authority of operators")
        } catch {
            throw Failure(.apiInternalError, "Operators cannot be certified.", detail: "\(error)", cause: error)
        }
    }
}

extension OperatorAuthorityRecord: SealedDocument {
    private static let unbound = SealPurpose("key of the authority of operators")

    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        let member = OperatorAuthority.member
        guard let sealed = try seals.resealed(self.sealedKey, as: member, unbound: Self.unbound) else { return false }
        self.sealedKey = sealed
        return true
    }
}
