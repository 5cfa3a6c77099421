extension SignedToken {
    /// How many keys are tried for one token: each costs as much as a handshake.
    private static let maximumTries = 16

    /// Whose key a token may be signed with.
    package enum KeyChoice: Sendable, Hashable {
        /// The one that its `kid` names. A token that names none has the only key that fits, if there is only one.
        case named
        /// Any that fits, the one that its `kid` names first.
        case any
    }

    /// Verifies the signature with a key of the sets, which are asked in order.
    ///
    /// The algorithm is one of those allowed and of the key's own type, never chosen by the token alone (RFC 8725 §3.1).
    package func verify(
        with sets: some Sequence<KeySet>,
        _ choice: KeyChoice,
        allowed: [SignatureAlgorithm]
    ) throws(TokenProblem) {
        guard let algorithm = SignatureAlgorithm(rawValue: self.algorithm), allowed.contains(algorithm) else {
            throw .algorithm
        }
        let fitting = sets.flatMap(\.keys).filter { $0.fits(algorithm) }
        let named = self.keyID.map { id in fitting.filter { $0.id == id } } ?? []
        let candidates: [VerificationKey]
        switch choice {
        case .named: candidates = self.keyID == nil && fitting.count == 1 ? fitting : named
        case .any: candidates = named + fitting.filter { $0.id == nil || $0.id != self.keyID }
        }
        guard !candidates.isEmpty else { throw .noKey }
        guard candidates.prefix(Self.maximumTries).contains(where: { $0.hasSigned(self, by: algorithm) }) else {
            throw .signature
        }
    }

    /// Checks that `typ` is this media type, with or without `application/` and in any case (RFC 9068 §4).
    package func checkType(_ wanted: String) throws(TokenProblem) {
        guard let type = self.type?.lowercased() else { throw .type }
        guard type == wanted || type == "application/\(wanted)" else { throw .type }
    }
}
