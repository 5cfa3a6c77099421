internal import Foundation
package import Model
package import Secrets
internal import Store

/// How a user signs in, as the page of their settings tells.
package struct OwnSignIn: Sendable {
    package let hasSecondFactor: Bool
    package let recoveryCodesLeft: Int
    /// One that is being set up.
    package let newFactor: OneTimeCode?
    package let restsKeys: Bool
}

/// What users change of their own.
extension SignIns {
    static let recoveryCodeCount = 10

    package func own(_ user: ResourceID<UserKind>) async throws(Failure) -> OwnSignIn {
        let login = try await self.known(user).document
        return OwnSignIn(
            hasSecondFactor: login.factor != nil,
            recoveryCodesLeft: login.recoveryCodes.count,
            newFactor: self.factor(login.newFactor, of: user.text),
            restsKeys: login.restsKeys ?? false
        )
    }

    /// Sets a new password, and ends the user's other sessions.
    ///
    /// - Throws: `signInRefused` where `old` is not the password; `passwordUnfit`.
    package func changePassword(
        of user: ResourceID<UserKind>,
        from old: Secret,
        to new: Secret,
        in session: ResourceID<DashboardSessionKind>
    ) async throws(Failure) {
        let login = try await self.confirmed(user, old)
        let write = try self.write(try await self.hash(new), of: user, over: login)
        try await self.commit([write])
        try await self.endSessions(of: user, but: session)
    }

    package func rename(_ user: ResourceID<UserKind>, to name: String) async throws(Failure) {
        guard var stored = try await self.store.found(user, as: UserRecord.self, in: .platform) else { return }
        stored.document.name = String(name.prefix(100))
        let renamed = stored
        try await self.commit { () throws(StoreError) in [try .update(renamed)] }
    }

    package func setKeys(rest: Bool, of user: ResourceID<UserKind>) async throws(Failure) {
        try await self.change(user) { $0.restsKeys = rest }
    }

    // MARK: - Second factor

    /// Draws a secret that counts when its first code was given.
    package func beginFactor(of user: ResourceID<UserKind>, password: Secret) async throws(Failure) {
        _ = try await self.confirmed(user, password)
        let sealed = self.keys.seal(OneTimeCode().bytes, for: LoginRecord.purpose(user.text))
        try await self.change(user) { $0.newFactor = sealed }
    }

    /// Takes the first code: from now on the second factor is asked for.
    ///
    /// - Returns: recovery codes, shown now and never again.
    /// - Throws: `secondFactorWrong`.
    package func confirmFactor(of user: ResourceID<UserKind>, code: Secret) async throws(Failure) -> [Secret] {
        var login = try await self.known(user)
        let text = Secret(code.reveal().filter { !$0.isWhitespace })
        guard let sealed = login.document.newFactor, let factor = self.factor(sealed, of: user.text),
            let step = factor.step(of: text, at: self.seconds, after: 0)
        else { throw Failure(.secondFactorWrong, "This is not the code of now.") }
        login.document.factor = sealed
        login.document.newFactor = nil
        login.document.lastStep = step
        return try await self.newRecoveryCodes(&login)
    }

    /// Draws recovery codes anew; the old ones are good for nothing.
    package func renewRecoveryCodes(
        of user: ResourceID<UserKind>,
        password: Secret
    ) async throws(Failure) -> [Secret] {
        var login = try await self.confirmed(user, password)
        return try await self.newRecoveryCodes(&login)
    }

    package func endFactor(of user: ResourceID<UserKind>, password: Secret) async throws(Failure) {
        _ = try await self.confirmed(user, password)
        try await self.change(user) { $0.endFactor() }
    }

    private func newRecoveryCodes(_ login: inout Stored<LoginRecord>) async throws(Failure) -> [Secret] {
        var random = SystemRandomNumberGenerator()
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        let codes = (0..<Self.recoveryCodeCount).map { _ in
            String((0..<12).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
        }
        login.document.recoveryCodes = codes.map { TokenHash(of: Secret($0)) }
        let written = login
        try await self.commit { () throws(StoreError) in [try .update(written)] }
        return codes.map { code in
            Secret([code.prefix(4), code.dropFirst(4).prefix(4), code.suffix(4)].joined(separator: "-"))
        }
    }

    // MARK: - Helpers

    func known(_ user: ResourceID<UserKind>) async throws(Failure) -> Stored<LoginRecord> {
        guard let login = try await self.login(of: user) else {
            throw Failure(.memberUnknown, "This user has never signed in.")
        }
        return login
    }

    private func confirmed(
        _ user: ResourceID<UserKind>,
        _ password: Secret
    ) async throws(Failure) -> Stored<LoginRecord> {
        let login = try await self.known(user)
        let hash = login.document.password
        guard try await self.workshop.use({ () throws(Failure) in hash.matches(password) }) else {
            throw Failure(.signInRefused, "This is not the password with which you sign in.")
        }
        return login
    }

    func change(_ user: ResourceID<UserKind>, _ body: (inout LoginRecord) -> Void) async throws(Failure) {
        var login = try await self.known(user)
        body(&login.document)
        login.document.changed = self.now()
        let written = login
        try await self.commit { () throws(StoreError) in [try .update(written)] }
    }
}

extension LoginRecord {
    mutating func endFactor() {
        (self.factor, self.newFactor, self.recoveryCodes) = (nil, nil, [])
    }
}
