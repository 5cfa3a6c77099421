import Federation
import Secrets

/// The two cookies of a login: what the browser holds while it logs in, and what it shows afterwards
/// (`spec/traffic-policy.md` 4.13).
///
/// Both are sealed, for one host, or one domain where hosts share a login, and one `auth_id`. A cookie that another
/// endpoint was shown is of no use there: what is in it names whose it is.
struct LoginCookies: Sendable {
    private static let sessionPurpose = SealPurpose("login session cookie")
    private static let proofPurpose = SealPurpose("login proof cookie")

    let authID: String
    /// Nil where the host alone has them.
    let domain: String?

    /// What a request brings of them.
    struct Brought {
        var session: String?
        var proof: String?
    }

    init(authID: String, domain: String?) {
        self.authID = authID
        self.domain = domain
    }

    /// `__Host-` has browsers take it from the host itself alone, over TLS, for all of its paths (RFC 6265bis §4.1.3).
    private var prefix: String { self.domain == nil ? "__Host-portico." : "__Secure-portico." }
    private var suffix: String { self.authID.isEmpty ? "" : "." + Self.token(self.authID) }
    var sessionName: String { "\(self.prefix)session\(self.suffix)" }
    var proofName: String { "\(self.prefix)nonce\(self.suffix)" }

    /// Whose cookies they are: the domain, or the host that is visited.
    func scope(of host: String) -> String { self.domain ?? host }

    /// Takes both out of a request, so that no upstream sees them.
    func take(from head: inout ExchangeHead) -> Brought {
        var brought = Brought()
        let fields = head.values("cookie")
        guard fields.contains(where: { $0.contains(self.sessionName) || $0.contains(self.proofName) }) else {
            return brought
        }
        head.remove("cookie")
        for field in fields {
            let kept = field.pieces(separatedBy: UInt8(ascii: ";")).filter { part in
                guard let equals = part.utf8.firstIndex(of: UInt8(ascii: "=")) else { return true }
                let value = part[part.utf8.index(after: equals)...].trimmed
                switch part[..<equals].trimmed {
                // The first counts: it is the one of the most exact path.
                case self.sessionName: brought.session = brought.session ?? value
                case self.proofName: brought.proof = brought.proof ?? value
                default: return true
                }
                return false
            }
            let rest = kept.map(\.trimmed).filter { !$0.isEmpty }.joined(separator: "; ")
            if !rest.isEmpty { head.add("cookie", rest) }
        }
        return brought
    }

    // MARK: What is in them

    /// The field that gives a browser its session.
    func setSession(_ id: String, host: String, seconds: Int64, _ keys: SealingKeyring) -> String {
        let value = SealedTexts.seal([id, self.scope(of: host), self.authID], with: keys, for: Self.sessionPurpose)
        return self.field(self.sessionName, value, seconds: seconds)
    }

    /// The session that a cookie names; nil for one that was not given for this host.
    func session(in value: String, host: String, _ keys: SealingKeyring) -> String? {
        guard let texts = SealedTexts.open(value, with: keys, for: Self.sessionPurpose, count: 3),
            texts[1] == self.scope(of: host), texts[2] == self.authID
        else { return nil }
        return texts[0]
    }

    /// The field that gives a browser the secret of its logins.
    func setProof(_ proof: BrowserProof, host: String, at now: Int64, _ keys: SealingKeyring) -> String {
        let texts = [Base64URL.encode(proof.bytes), self.scope(of: host), self.authID, String(now)]
        let value = SealedTexts.seal(texts, with: keys, for: Self.proofPurpose)
        return self.field(self.proofName, value, seconds: LoginState.lifetime)
    }

    /// The secret in a cookie; nil for one that was not given for this host, or is over.
    func proof(in value: String, host: String, at now: Int64, _ keys: SealingKeyring) -> BrowserProof? {
        guard let texts = SealedTexts.open(value, with: keys, for: Self.proofPurpose, count: 4),
            texts[1] == self.scope(of: host), texts[2] == self.authID, let begun = Int64(texts[3]),
            now < begun + LoginState.lifetime
        else { return nil }
        return Base64URL.decode(texts[0]).flatMap { BrowserProof($0) }
    }

    var endSession: String { self.field(self.sessionName, "", seconds: 0) }
    var endProof: String { self.field(self.proofName, "", seconds: 0) }

    private func field(_ name: String, _ value: String, seconds: Int64) -> String {
        let domain = self.domain.map { "; Domain=\($0)" } ?? ""
        return "\(name)=\(value); Max-Age=\(seconds); Path=/\(domain); Secure; HttpOnly; SameSite=Lax"
    }

    /// With every byte as hexadecimal digits that a name of a cookie cannot have (RFC 6265 §4.1.1).
    private static func token(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "." + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }
        }
        return result
    }
}
