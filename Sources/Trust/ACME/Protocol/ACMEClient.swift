internal import Foundation
internal import Secrets

/// One account at one ACME server (RFC 8555): signs its requests, keeps its nonces, and asks again where a nonce was
/// refused.
package actor ACMEClient {
    /// Who this client is to the authority.
    package struct Account: Sendable {
        package let key: AccountKey
        /// What the server calls it; nil before it was made.
        package var url: String?

        package init(key: AccountKey, url: String? = nil) {
            self.key = key
            self.url = url
        }
    }

    /// Nonces that are kept for later; more are dropped.
    private static let nonceLimit = 16
    /// How often a request is made again whose nonce was refused. A server that refuses every other one at random does
    /// so this often in a row once in a thousand million times.
    private static let attempts = 30

    private let transport: any ACMETransport
    private let directoryURL: ACMEURL
    private let contact: String?
    private let external: ExternalAccount?
    private var account: Account
    private var directory: Directory?
    private var nonces: [String] = []

    /// - Parameters:
    ///   - transport: carries the requests.
    ///   - directory: the URL that the authority publishes.
    ///   - account: a new key, or that of an account which is there already.
    ///   - contact: an e-mail address that the authority may write to.
    ///   - external: an account that this one shall belong to.
    package init(
        _ transport: any ACMETransport,
        directory: ACMEURL,
        account: Account,
        contact: String?,
        external: ExternalAccount?
    ) {
        self.transport = transport
        self.directoryURL = directory
        self.account = account
        self.contact = contact
        self.external = external
    }

    var key: AccountKey { self.account.key }

    // MARK: - The account

    /// Makes the account if it was not made; one that the server has for the key already is taken.
    ///
    /// - Returns: what the server calls it.
    package func openAccount() async throws(ACMEError) -> String {
        if let url = self.account.url { return url }
        let directory = try await self.readDirectory()
        var members = [#""termsOfServiceAgreed":true"#]
        do {
            if let contact { members.append(#""contact":[\#(try AccountKey.quoted("mailto:\(contact)"))]"#) }
            if let external {
                let binding = try self.account.key.bind(to: external, url: directory.newAccount)
                members.append(#""externalAccountBinding":\#(String(decoding: binding, as: UTF8.self))"#)
            }
        } catch {
            throw error as? ACMEError ?? .malformed("\(error)")
        }
        let payload = "{\(members.joined(separator: ","))}"
        let response = try await self.post(directory.newAccount, Array(payload.utf8), isNewAccount: true)
        guard let url = response.fields["location"], ACMEURL(url) != nil else {
            throw .malformed("a new account has no Location")
        }
        self.account.url = url
        return url
    }

    // MARK: - Requests

    /// - Returns: the order and where it is.
    func newOrder(_ names: [String]) async throws(ACMEError) -> (url: String, order: Order) {
        let identifiers = names.map { #"{"type":"dns","value":"\#($0)"}"# }.joined(separator: ",")
        let url = try await self.readDirectory().newOrder
        let response = try await self.post(url, Array(#"{"identifiers":[\#(identifiers)]}"#.utf8))
        guard let location = response.fields["location"] else { throw .malformed("a new order has no Location") }
        return (location, try Self.decode(response))
    }

    func get<Value: Decodable & Sendable>(
        _ url: String,
        as type: Value.Type = Value.self
    ) async throws(ACMEError) -> (value: Value, wait: Duration?) {
        let response = try await self.post(url, [])
        return (try Self.decode(response), Self.wait(in: response))
    }

    func download(_ url: String) async throws(ACMEError) -> String {
        String(decoding: try await self.post(url, []).body, as: UTF8.self)
    }

    /// Tells the server to look at the answer to a challenge.
    func answer(_ challenge: Challenge) async throws(ACMEError) {
        _ = try await self.post(challenge.url, Array("{}".utf8))
    }

    func finalize(_ order: Order, _ request: [UInt8]) async throws(ACMEError) {
        _ = try await self.post(order.finalize, Array(#"{"csr":"\#(Base64URL.encode(request))"}"#.utf8))
    }

    /// Says that a certificate of the account's is not to be trusted any more (RFC 8555 §7.6), and why (RFC 5280 §5.3.1).
    package func revoke(_ certificatePEM: String, reason: Int = 0) async throws(ACMEError) {
        guard let url = try await self.readDirectory().revokeCert else {
            throw .malformed("the directory has no revokeCert")
        }
        let certificate = try IssuedChain(pem: certificatePEM).leafDER
        let payload = #"{"certificate":"\#(Base64URL.encode(certificate))","reason":\#(reason)}"#
        _ = try await self.post(url, Array(payload.utf8))
    }

    /// When the authority wants a certificate renewed; nil where it does not say (RFC 9773).
    func renewalInfo(_ identifier: String) async throws(ACMEError) -> RenewalInfo? {
        guard let base = try await self.readDirectory().renewalInfo else { return nil }
        let response = try await self.transport.send(ACMERequest(.get, self.checked("\(base)/\(identifier)")))
        guard response.status == 200 else { return nil }
        return try Self.decode(response)
    }

    private func readDirectory() async throws(ACMEError) -> Directory {
        if let directory { return directory }
        let response = try await self.transport.send(ACMERequest(.get, self.directoryURL))
        let directory: Directory = try Self.decode(Self.succeeded(response))
        self.directory = directory
        return directory
    }

    /// A signed request; one without payload is a GET (RFC 8555 §6.3).
    private func post(
        _ text: String,
        _ payload: [UInt8],
        isNewAccount: Bool = false
    ) async throws(ACMEError) -> ACMEResponse {
        let url = try self.checked(text)
        var attempt = 1
        while true {
            let account = isNewAccount ? nil : try await self.openAccount()
            let nonce = try await self.nonce()
            let body: [UInt8]
            do {
                body = try self.account.key.sign(payload, url: text, nonce: nonce, account: account)
            } catch {
                throw .malformed("no request was signed: \(error)")
            }
            let response = try await self.transport.send(ACMERequest(.post, url, body: body))
            self.keepNonce(of: response)
            do throws(ACMEError) {
                return try Self.succeeded(response)
            } catch .problem(let problem) where problem.type == "badNonce" && attempt < Self.attempts {
                attempt += 1
            } catch .problem(let problem) where problem.type == "accountDoesNotExist" && account != nil {
                // The authority has forgotten it. It is made again, once.
                guard self.account.url == account, attempt < Self.attempts else { throw .problem(problem) }
                self.account.url = nil
                attempt = Self.attempts
            }
        }
    }

    private func nonce() async throws(ACMEError) -> String {
        if let nonce = self.nonces.popLast() { return nonce }
        let url = try await self.readDirectory().newNonce
        let response = try await self.transport.send(ACMERequest(.head, self.checked(url)))
        guard let nonce = response.fields["replay-nonce"] else { throw .malformed("it has no Replay-Nonce") }
        return nonce
    }

    private func keepNonce(of response: ACMEResponse) {
        guard let nonce = response.fields["replay-nonce"], self.nonces.count < Self.nonceLimit else { return }
        self.nonces.append(nonce)
    }

    /// What the server names must be its own: who it is was decided by the operator, and by nobody else.
    private func checked(_ text: String) throws(ACMEError) -> ACMEURL {
        guard let url = ACMEURL(text), url.isAtServer(of: self.directoryURL) else {
            throw .malformed("\(text.prefix(200)) is no URL of \(self.directoryURL.authority)")
        }
        return url
    }

    private static func succeeded(_ response: ACMEResponse) throws(ACMEError) -> ACMEResponse {
        guard !(200..<300).contains(response.status) else { return response }
        guard let problem = try? JSONDecoder().decode(ACMEProblem.self, from: Data(response.body)) else {
            throw .problem(ACMEProblem(type: "", detail: "it answered with status \(response.status)"))
        }
        throw .problem(problem)
    }

    private static func decode<Value: Decodable>(_ response: ACMEResponse) throws(ACMEError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(response.body))
        } catch {
            throw .malformed("\(error)")
        }
    }

    /// Seconds alone: dates are for those who wait for days.
    private static func wait(in response: ACMEResponse) -> Duration? {
        response.fields["retry-after"].flatMap { Int($0) }.map { .seconds(min(max($0, 1), 30)) }
    }
}
