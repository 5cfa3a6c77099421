import Crypto
import EdgeTestSupport
import Foundation
import NIOConcurrencyHelpers

/// A provider of OpenID Connect that is a fake of our own: it does what no honest one does, when a test wants it to.
final class FakeProvider: Sendable {
    /// What it does wrong; as it is, nothing.
    struct Behaviour: Sendable {
        /// The issuer in the discovery document; nil for its own.
        var issuer: String?
        /// Changes the claims of ID tokens before they are signed.
        var claims: @Sendable (inout [String: Any]) -> Void = { _ in }
        /// Changes the header of ID tokens.
        var header: @Sendable (inout [String: Any]) -> Void = { _ in }
        /// Signs with a key that is in no set.
        var signsWithOther = false
        /// The signature of ID tokens; nil for a right one.
        var signature: String?
        /// What the user's data says beside `sub`.
        var user: [String: String] = ["email": "ada@example.com", "name": "Ada"]
        var userStatus = 200
        /// The status of answers to refresh tokens.
        var refreshStatus = 200
        /// Whether tokens that are renewed have an ID token among them.
        var renewsIdentity = false
        /// Whether there is user data beside that of ID tokens.
        var hasUserData = true
        var keysStatus = 200
        /// For how many seconds ID tokens are good.
        var identitySeconds = 300
        /// Answers of these paths have a body of so many bytes, or never end.
        var huge: Set<String> = []
        var silent: Set<String> = []
        var tokenSeconds = 3600
        /// Members of the token answer that are left out or replaced.
        var tokens: @Sendable (inout [String: Any]) -> Void = { _ in }
    }

    private struct Code {
        let client: String
        let nonce: String?
        let challenge: String
        let callback: String
    }

    private struct State {
        var behaviour = Behaviour()
        var key = P256.Signing.PrivateKey()
        var keyID = "k1"
        var codes: [String: Code] = [:]
        var requests: [String: Int] = [:]
        var issued = 0
        var renewals = 0
        var port: UInt16 = 0
        /// Of the last authorization request.
        var asked: [String: String] = [:]
    }

    private let state = NIOLockedValueBox(State())

    var issuer: String { "http://127.0.0.1:\(self.state.withLockedValue { $0.port })" }
    var asked: [String: String] { self.state.withLockedValue { $0.asked } }

    /// How often a path was asked for.
    func count(_ path: String) -> Int { self.state.withLockedValue { $0.requests[path] ?? 0 } }

    func behave(_ change: (inout Behaviour) -> Void) { self.state.withLockedValue { change(&$0.behaviour) } }

    /// Signs with another key from now on, which is the only one in its set.
    func rotate() {
        self.state.withLockedValue { state in
            state.key = P256.Signing.PrivateKey()
            state.keyID = "k\(state.issued)-\(state.requests.count)"
        }
    }

    static func with(_ body: (FakeProvider) async throws -> Void) async throws {
        let provider = FakeProvider()
        try await TestUpstream.with({ try await provider.serve($0) }) { upstream in
            provider.state.withLockedValue { $0.port = upstream.port }
            try await body(provider)
        }
    }

    // MARK: The visitor's side

    /// What a visitor does at the provider who agrees: the URL that the browser is sent back to.
    func agree(at location: String, iss: String? = nil) throws -> String {
        let parameters = Self.parameters(URLComponents(string: location)?.percentEncodedQuery ?? "")
        return self.state.withLockedValue { state in
            state.asked = parameters
            state.issued += 1
            let code = "code\(state.issued)"
            state.codes[code] = Code(
                client: parameters["client_id"] ?? "",
                nonce: parameters["nonce"],
                challenge: parameters["code_challenge"] ?? "",
                callback: parameters["redirect_uri"] ?? ""
            )
            let iss = iss.map { "&iss=\($0)" } ?? ""
            let allowed = CharacterSet.alphanumerics
            let sent = (parameters["state"] ?? "").addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
            return "\(parameters["redirect_uri"] ?? "")?code=\(code)&state=\(sent)\(iss)"
        }
    }

    static func parameters(_ query: String) -> [String: String] {
        var components = URLComponents()
        components.percentEncodedQuery = query.replacing("+", with: "%20")
        return Dictionary((components.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
    }

    // MARK: The edge's side

    private func serve(_ connection: TestConnection) async throws {
        while true {
            let head = try await connection.read(until: "\r\n\r\n")
            let lines = head.split(separator: "\r\n").map(String.init)
            let path = String(lines[0].split(separator: " ")[1])
            func field(_ name: String) -> String? {
                lines.first { $0.lowercased().hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
            }
            let length = field("content-length").flatMap { Int($0) } ?? 0
            let body = String(decoding: try await connection.read(count: length), as: UTF8.self)
            let behaviour = self.state.withLockedValue { state in
                state.requests[path, default: 0] += 1
                return state.behaviour
            }
            if behaviour.silent.contains(path) {
                // Until the edge has had enough.
                _ = try await connection.readToEnd()
                return
            }
            if behaviour.huge.contains(path) {
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
                let piece = String(repeating: " ", count: 1 << 16)
                for _ in 0..<1600 { try await connection.write(piece) }
                return
            }
            let (status, document) = self.answer(path, body, field("authorization"), behaviour)
            let text = String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
            try await connection.write(
                "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
            )
        }
    }

    private func answer(
        _ path: String,
        _ body: String,
        _ authorization: String?,
        _ behaviour: Behaviour
    ) -> (status: Int, document: Any) {
        switch path {
        case "/.well-known/openid-configuration":
            var document: [String: Any] = [
                "issuer": behaviour.issuer ?? self.issuer,
                "authorization_endpoint": self.issuer + "/authorize", "token_endpoint": self.issuer + "/token",
                "jwks_uri": self.issuer + "/keys", "end_session_endpoint": self.issuer + "/logout",
                "id_token_signing_alg_values_supported": ["ES256", "none", "HS256"],
            ]
            if behaviour.hasUserData { document["userinfo_endpoint"] = self.issuer + "/user" }
            return (200, document)
        case "/keys": return (behaviour.keysStatus, ["keys": [self.jwk]])
        case "/token": return self.tokens(Self.parameters(body), authorization, behaviour)
        case "/user":
            var user: [String: String] = ["sub": "u1"]
            user.merge(behaviour.user) { $1 }
            return (behaviour.userStatus, user)
        default: return (404, [:] as [String: String])
        }
    }

    private func tokens(
        _ form: [String: String],
        _ authorization: String?,
        _ behaviour: Behaviour
    ) -> (status: Int, document: Any) {
        let pair = Data("portico:s3cret-of-portico".utf8).base64EncodedString()
        guard authorization == "Basic \(pair)" else { return (401, ["error": "invalid_client"]) }
        if form["grant_type"] == "refresh_token" {
            guard behaviour.refreshStatus == 200 else { return (behaviour.refreshStatus, ["error": "invalid_grant"]) }
            // Each refresh token is good once.
            let number = self.state.withLockedValue { state -> Int? in
                guard form["refresh_token"] == "refresh-\(state.renewals + 1)" else { return nil }
                state.renewals += 1
                return state.renewals + 1
            }
            guard let number else { return (400, ["error": "invalid_grant"]) }
            var answer: [String: Any] = [
                "access_token": "access-\(number)", "refresh_token": "refresh-\(number)", "token_type": "Bearer",
                "expires_in": behaviour.tokenSeconds,
            ]
            if behaviour.renewsIdentity {
                answer["id_token"] = self.identityToken(of: "portico", nonce: nil, behaviour)
            }
            return (200, answer)
        }
        guard let code = self.state.withLockedValue({ $0.codes.removeValue(forKey: form["code"] ?? "") }),
            code.callback == form["redirect_uri"], code.challenge == Self.challenge(of: form["code_verifier"] ?? "")
        else { return (400, ["error": "invalid_grant"]) }
        var answer: [String: Any] = [
            "access_token": "access-1", "refresh_token": "refresh-1", "token_type": "Bearer",
            "expires_in": behaviour.tokenSeconds,
            "id_token": self.identityToken(of: code.client, nonce: code.nonce, behaviour),
        ]
        behaviour.tokens(&answer)
        return (200, answer)
    }

    private static func challenge(of verifier: String) -> String {
        Data(SHA256.hash(data: Data(verifier.utf8))).base64URL
    }

    private func identityToken(of client: String, nonce: String?, _ behaviour: Behaviour) -> String {
        let now = Int(Date().timeIntervalSince1970)
        var claims: [String: Any] = [
            "iss": self.issuer, "sub": "u1", "aud": client, "exp": now + behaviour.identitySeconds, "iat": now,
            "email": "ada@example.com",
        ]
        if let nonce { claims["nonce"] = nonce }
        behaviour.claims(&claims)
        var header: [String: Any] = ["alg": "ES256", "kid": self.state.withLockedValue { $0.keyID }]
        behaviour.header(&header)
        let parts = [header, claims].map { part in
            (try? JSONSerialization.data(withJSONObject: part, options: .sortedKeys).base64URL) ?? ""
        }
        let signed = parts.joined(separator: ".")
        let key = behaviour.signsWithOther ? P256.Signing.PrivateKey() : self.state.withLockedValue { $0.key }
        let signature = (try? key.signature(for: Data(signed.utf8)))?.rawRepresentation.base64URL ?? ""
        return "\(signed).\(behaviour.signature ?? signature)"
    }

    private var jwk: [String: String] {
        let (key, id) = self.state.withLockedValue { ($0.key, $0.keyID) }
        let point = key.publicKey.x963Representation
        return [
            "kty": "EC", "crv": "P-256", "kid": id, "x": point[1..<33].base64URL, "y": point[33...].base64URL,
        ]
    }
}

extension Data {
    var base64URL: String {
        self.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
