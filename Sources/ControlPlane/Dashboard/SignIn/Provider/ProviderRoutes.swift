import Control
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import Model
import Secrets

/// Signing in with the operator's identity provider: a browser goes there, and comes back with a code.
///
/// Nothing of a sign-in that is under way is kept here: what it must come back with is made of a secret that the browser
/// keeps in a cookie for ten minutes.
struct ProviderRoutes: Sendable {
    static let path = "/sign-in/provider"
    static let callback = "/sign-in/provider/callback"

    let parts: DashboardParts
    let doors: DoorRoutes
    let client: ProviderClient

    func add(to router: Router<PageContext>) {
        router.get(RouterPath(Self.path)) { request, context in try await self.leave(request, context) }
        router.get(RouterPath(Self.callback)) { request, context in try await self.come(request, context) }
    }

    /// What the provider is told to lead back to. It is registered there.
    private func callback(_ request: Request) -> String {
        (self.parts.configuration.publicURL ?? "https://\(request.head.authority ?? "localhost")") + Self.callback
    }

    // MARK: - Going

    private func leave(_ request: Request, _ context: PageContext) async throws -> Response {
        let query = try FormFields(parsing: request.uri.query ?? "")
        do throws(Failure) {
            let provider = try await self.client.discovered()
            let pass = ProviderPass(next: query["next"])
            let parameters = [
                ("response_type", "code"), ("client_id", self.client.provider.clientID),
                ("redirect_uri", self.callback(request)),
                ("scope", (["openid", "email"] + self.client.provider.scopes).joined(separator: " ")),
                ("state", pass.state), ("nonce", pass.proof.nonce(of: pass.login)),
                ("code_challenge", pass.proof.challenge(of: pass.login)), ("code_challenge_method", "S256"),
            ]
            let joiner = provider.authorizationURL.contains("?") ? "&" : "?"
            let added = parameters.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
            var response = Redirect.to("\(provider.authorizationURL)\(joiner)\(added)")
            Cookies.set(pass: pass, in: &response)
            return response
        } catch {
            return self.doors.signInPage(request, next: query["next"], email: "", error)
        }
    }

    // MARK: - Coming back

    private func come(_ request: Request, _ context: PageContext) async throws -> Response {
        let query = try FormFields(parsing: request.uri.query ?? "")
        var next: String?
        var response: Response
        do throws(Failure) {
            guard let pass = Cookies.pass(in: request) else {
                throw Failure(
                    .loginCookieMissing,
                    "This browser has not begun to sign in, or more than ten minutes ago."
                )
            }
            next = pass.next
            let entry = try await self.doors.counting(context.origin, "") { () throws(Failure) in
                try await self.entry(pass, query, request, context)
            }
            response = try await self.doors.enter(entry, next: pass.next, context)
        } catch {
            response = self.doors.signInPage(request, next: next, email: "", error)
        }
        // One that has come back comes back no more.
        Cookies.set(pass: nil, in: &response)
        return response
    }

    private func entry(
        _ pass: ProviderPass,
        _ query: FormFields,
        _ request: Request,
        _ context: PageContext
    ) async throws(Failure) -> SignIns.Entry {
        try self.doors.checkFailures(context.origin, "")
        guard Secret(pass.state).equals(Secret(query["state"] ?? "")) else {
            throw Failure(.loginOfAnother, "What came back is not of this browser's sign-in.")
        }
        if let error = query["error"] {
            throw Failure(.loginRefused, "The provider let nobody in.", detail: "it says \(error.prefix(100))")
        }
        guard let code = query["code"], (1...2048).contains(code.utf8.count) else {
            throw Failure(.loginParameters, "The provider sent no code.")
        }
        let person = try await self.client.person(
            for: code,
            of: pass.login,
            pass.proof,
            callback: self.callback(request)
        )
        return try await self.parts.control.signIns.enter(person, from: context.browser(request))
    }
}

/// What a browser keeps of a sign-in that is under way.
struct ProviderPass: Sendable {
    let proof: BrowserProof
    /// The sign-in's own name.
    let login: String
    /// Where it goes on.
    let next: String

    /// A new one.
    init(next: String?) {
        self.proof = BrowserProof()
        self.login = Base64URL.encode(Array(BrowserProof().bytes.prefix(16)))
        self.next = Redirect.safe(next)
    }

    /// What the provider sends back unchanged.
    var state: String { "\(self.login).\(self.proof.binding(of: self.login))" }

    /// As a cookie has it.
    var text: String {
        "\(Base64URL.encode(self.proof.bytes)).\(self.login).\(Base64URL.encode(Array(self.next.utf8)))"
    }

    /// - Returns: nil for what is no such text.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let bytes = Base64URL.decode(parts[0]), let proof = BrowserProof(bytes),
            (1...64).contains(parts[1].utf8.count), let next = Base64URL.decode(parts[2])
        else { return nil }
        self.proof = proof
        self.login = parts[1]
        self.next = Redirect.safe(String(decoding: next, as: UTF8.self))
    }
}
