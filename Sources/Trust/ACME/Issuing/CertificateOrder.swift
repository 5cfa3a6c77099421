package import Foundation
package import Model

/// An order that was begun, as it is written down: who reads it goes on where another stopped.
package struct BegunOrder: Sendable {
    package let url: String
    /// Of the certificate, in PEM.
    package let key: Secret

    package init(url: String, key: Secret) {
        self.url = url
        self.key = key
    }
}

/// Gets one certificate (RFC 8555 §7.4): orders it, answers the challenges, and waits for what comes of it.
package struct CertificateOrder: Sendable {
    private let client: ACMEClient
    private let solver: any ChallengeSolver
    private let clock: any Clock<Duration>
    /// From the order to the chain.
    private let patience: Duration
    /// Between two looks, where the server does not say.
    private let interval: Duration

    package init(
        _ client: ACMEClient,
        _ solver: any ChallengeSolver,
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(300),
        interval: Duration = .seconds(2)
    ) {
        self.client = client
        self.solver = solver
        self.clock = clock
        self.patience = patience
        self.interval = interval
    }

    /// - Parameters:
    ///   - names: host names, of which one may have `*.` in front.
    ///   - begun: an order of an earlier attempt; one that is not there any more is left.
    ///   - makeKey: makes the key of a new order.
    ///   - save: writes a new order down before anything comes of it.
    /// - Returns: the chain, and the private key that it is for.
    /// - Throws: `ACMEError`; what `makeKey` and `save` throw.
    package func chain(
        for names: [String],
        begun: BegunOrder?,
        makeKey: () async throws -> CertificateKey,
        save: (BegunOrder) async throws -> Void
    ) async throws -> (chain: IssuedChain, key: Secret) {
        let (order, pem) = try await self.order(names, begun, makeKey, save)
        let key = try CertificateKey(pem: pem)
        let certificate = try await self.within(self.patience, what: "at the order") {
            try await self.finish(order, names, key)
        }
        let chain = try IssuedChain(pem: try await self.client.download(certificate))
        guard chain.fits(names, key) else {
            throw ACMEError.malformed("the certificate is for other names, or of another key")
        }
        return (chain, pem)
    }

    private func order(
        _ names: [String],
        _ begun: BegunOrder?,
        _ makeKey: () async throws -> CertificateKey,
        _ save: (BegunOrder) async throws -> Void
    ) async throws -> (url: String, key: Secret) {
        if let begun, let old = try? await self.client.get(begun.url, as: Order.self).value, old.status != .invalid {
            return (begun.url, begun.key)
        }
        let key = try await makeKey().pem
        let made = try await self.client.newOrder(names)
        try await save(BegunOrder(url: made.url, key: key))
        return (made.url, key)
    }

    /// - Returns: where the chain is.
    private func finish(_ url: String, _ names: [String], _ key: CertificateKey) async throws -> String {
        while true {
            let (order, wait) = try await self.client.get(url, as: Order.self)
            switch order.status {
            case .pending:
                for authorization in order.authorizations { try await self.authorize(authorization) }
            case .ready:
                try await self.finalize(order, names, key)
            case .processing:
                try await self.clock.sleep(for: wait ?? self.interval)
            case .valid:
                guard let certificate = order.certificate else {
                    throw ACMEError.malformed("an order that is valid names no certificate")
                }
                return certificate
            case .invalid:
                throw ACMEError.invalid(order.error ?? ACMEProblem(type: "", detail: "the order became invalid"))
            }
        }
    }

    private func finalize(_ order: Order, _ names: [String], _ key: CertificateKey) async throws {
        do {
            try await self.client.finalize(order, try key.request(for: names))
        } catch ACMEError.problem(let problem) where problem.type == "orderNotReady" {
            // It was finalized by the attempt before this one.
            try await self.clock.sleep(for: self.interval)
        }
    }

    private func authorize(_ url: String) async throws {
        let (authorization, _) = try await self.client.get(url, as: Authorization.self)
        guard authorization.status != .valid else { return }
        let name = authorization.identifier.value
        let types = self.solver.types(for: name, isWildcard: authorization.wildcard ?? false)
        let candidates = types.compactMap { type in
            authorization.challenges.first { $0.type == type.rawValue && $0.token != nil }.map { (type, $0) }
        }
        guard let (type, challenge) = candidates.first, let token = challenge.token, Self.isToken(token) else {
            throw ACMEError.noChallenge(name)
        }
        let response = ChallengeResponse(
            type: type,
            name: name,
            token: token,
            keyAuthorization: await self.client.key.keyAuthorization(token)
        )
        do {
            try await self.solver.present(response)
        } catch {
            throw ACMEError.unanswerable("\(error)")
        }
        do {
            // One that the server looks at already, since an attempt before this one asked it to, is not asked for again.
            if challenge.status == "pending" { try await self.client.answer(challenge) }
            try await self.wait(for: url)
        } catch {
            await self.solver.withdraw(response)
            throw error
        }
        await self.solver.withdraw(response)
    }

    private func wait(for url: String) async throws {
        while true {
            let (authorization, wait) = try await self.client.get(url, as: Authorization.self)
            switch authorization.status {
            case .valid: return
            case .pending: try await self.clock.sleep(for: wait ?? self.interval)
            case .invalid, .deactivated, .expired, .revoked:
                let problem = authorization.challenges.compactMap(\.error).first
                throw ACMEError.invalid(problem ?? ACMEProblem(type: "", detail: "the authorization became invalid"))
            }
        }
    }

    /// What stands in a path and a record is made of the alphabet of base64url (RFC 8555 §8.1), and of nothing else.
    private static func isToken(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
                    || $0 == 0x5F
            }
    }

    private func within<Value: Sendable>(
        _ duration: Duration,
        what: String,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await self.clock.sleep(for: duration)
                return nil
            }
            defer { group.cancelAll() }
            guard case .some(.some(let value)) = try await group.next() else { throw ACMEError.timedOut(what) }
            return value
        }
    }
}

extension ACMEClient {
    /// When to renew a chain: within the window that the authority suggests, at a moment drawn evenly, or at two thirds
    /// of its life where it suggests none.
    package func renewal(of chain: IssuedChain) async -> Date {
        guard let identifier = chain.renewalIdentifier, let info = try? await self.renewalInfo(identifier) else {
            return chain.ordinaryRenewal
        }
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
        guard let start = try? format.parse(info.suggestedWindow.start),
            let end = try? format.parse(info.suggestedWindow.end), start < end, end < chain.notAfter
        else { return chain.ordinaryRenewal }
        return start.addingTimeInterval(Double.random(in: 0..<end.timeIntervalSince(start)))
    }
}
