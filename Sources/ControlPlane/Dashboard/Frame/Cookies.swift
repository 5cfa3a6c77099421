import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Model
import Secrets

/// What browsers keep for us. The names' prefix has them refuse a cookie that is not of this very host, over TLS.
enum Cookies {
    private static let sessionName = "__Host-portico"
    private static let passName = "__Host-sign-in"
    private static let themeName = "__Host-theme"

    static func session(in request: Request) -> Secret? {
        self.value(Self.sessionName, in: request).map { Secret($0) }
    }

    /// `light` or `dark`; nil where the system decides.
    static func theme(in request: Request) -> String? {
        self.value(Self.themeName, in: request).flatMap { ["light", "dark"].contains($0) ? $0 : nil }
    }

    /// What a sign-in began with that comes back from the identity provider.
    static func pass(in request: Request) -> ProviderPass? {
        self.value(Self.passName, in: request).flatMap { ProviderPass($0) }
    }

    private static func value(_ name: String, in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let sides = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if sides.count == 2, sides[0] == name { return String(sides[1]) }
            }
        }
        return nil
    }

    /// Sets the cookie of a session; nil takes it away.
    static func set(session token: Secret?, in response: inout Response) {
        let value = token?.reveal() ?? ""
        let end = token == nil ? "; Max-Age=0" : "; Max-Age=1209600"
        self.add("\(Self.sessionName)=\(value); Path=/; Secure; HttpOnly; SameSite=Lax\(end)", to: &response)
    }

    /// Keeps what a sign-in at the identity provider has begun with, for ten minutes; nil takes it away.
    static func set(pass: ProviderPass?, in response: inout Response) {
        let end = pass == nil ? "; Max-Age=0" : "; Max-Age=600"
        self.add("\(Self.passName)=\(pass?.text ?? ""); Path=/; Secure; HttpOnly; SameSite=Lax\(end)", to: &response)
    }

    /// Sets the theme; nil leaves it to the system.
    static func set(theme: String?, in response: inout Response) {
        let end = theme == nil ? "; Max-Age=0" : "; Max-Age=31536000"
        self.add("\(Self.themeName)=\(theme ?? ""); Path=/; Secure; HttpOnly; SameSite=Lax\(end)", to: &response)
    }

    private static func add(_ text: String, to response: inout Response) {
        response.headers.append(HTTPField(name: .setCookie, value: text))
    }
}

/// What forms carry so that no other page can send them: made of the secret of the session, which no page sees.
enum FormToken {
    static func of(_ session: Secret) -> String {
        let key = SymmetricKey(data: Data(session.reveal().utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data("portico form".utf8), using: key)
        return Base64URL.encode(Array(code))
    }

    static func matches(_ token: String, _ session: Secret) -> Bool {
        Secret(self.of(session)).equals(Secret(token))
    }
}
