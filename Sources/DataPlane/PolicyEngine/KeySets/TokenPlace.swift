import Federation
import Foundation
import JSON
import Model
import NIOCore
import TrafficPolicy

/// Where a request carries a token, with its names filled in (`spec/traffic-policy.md` 4.11).
struct TokenPlace {
    let place: JWTValidationConfiguration.Place
    /// Its case does not count.
    let name: String
    /// What stands before the token; empty for nothing.
    let prefix: String

    /// The token in a header: of several lines of this name the first that has the prefix.
    func token(in head: ExchangeHead) throws(TokenRefusal) -> String {
        let values = head.values(self.name.lowercasedASCII)
        guard !values.isEmpty else {
            throw TokenRefusal(.tokenHeaderMissing, "the request has no header \(self.name)")
        }
        guard let token = values.lazy.compactMap(self.stripped).first else { throw self.prefixMissing }
        return try Self.filled(token)
    }

    /// The token in a body, a form or an object in JSON.
    func token(in body: ByteBuffer, as form: BodyForm) throws(TokenRefusal) -> String {
        let found: String?
        switch form {
        case .json:
            let limits = JSONLimits(depth: 32, bytes: body.readableBytes)
            guard let object = (try? JSONValue(reading: body.readableBytesView, limits: limits))?.object else {
                throw TokenRefusal(.tokenBodyNotJSON, "the body is no JSON object")
            }
            // The last member of a name counts, whatever its case.
            found = object[self.name]?.string
        case .urlEncoded:
            guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
                throw TokenRefusal(.tokenBodyNotForm, "the body is no form")
            }
            found = QueryParameters.pairs(text).last { $0.name.isSame(as: self.name) }?.value
        }
        guard let found else { throw TokenRefusal(.tokenMissing, "the body has no text \(self.name)") }
        guard let token = self.stripped(found) else { throw self.prefixMissing }
        return try Self.filled(token)
    }

    /// The value behind the prefix; nil where it does not begin with it.
    private func stripped(_ value: String) -> String? {
        if value.utf8.starts(with: self.prefix.utf8) {
            return String(Substring(value.utf8.dropFirst(self.prefix.utf8.count)))
        }
        // The name of a scheme has no case (RFC 9110 §11.1).
        guard self.prefix == "Bearer ", value.utf8.count >= 7,
            value.utf8.prefix(7).elementsEqual(
                "bearer ".utf8,
                by: {
                    $0 | 0x20 == $1 || $0 == $1
                }
            )
        else { return nil }
        return String(Substring(value.utf8.dropFirst(7)))
    }

    private var prefixMissing: TokenRefusal {
        TokenRefusal(.tokenPrefixMissing, "the value of \(self.name) does not begin with the prefix")
    }

    private static func filled(_ token: String) throws(TokenRefusal) -> String {
        guard !token.isEmpty else { throw TokenRefusal(.tokenMissing, "the token is empty") }
        return token
    }
}

/// The forms of a body that tokens are looked for in.
enum BodyForm {
    case json, urlEncoded

    /// - Throws: 3415 for a method whose requests have no such body, 3414 for a body of another form.
    init(of request: RequestState) throws(TokenRefusal) {
        guard ["POST", "PUT", "PATCH"].contains(request.method) else {
            throw TokenRefusal(.tokenBodyMethod, "a request with \(request.method) has no token in its body")
        }
        switch MediaType(request.head.first("content-type") ?? "").essence {
        case "application/json": self = .json
        case "application/x-www-form-urlencoded": self = .urlEncoded
        default: throw TokenRefusal(.tokenBodyType, "the body is neither JSON nor a form")
        }
    }
}

/// Why a request is not let in; the words are for the log, and quote nothing of the token.
struct TokenRefusal: Error {
    let code: ErrorCode
    let words: String

    init(_ code: ErrorCode, _ words: String) {
        self.code = code
        self.words = words
    }

    /// 401 for what is no credential, 403 for a good one of somebody else.
    init(_ problem: TokenProblem) {
        switch problem {
        case .malformed: self.init(.tokenMalformed, problem.words)
        case .issuer, .audience: self.init(.tokenNotPermitted, problem.words)
        case .algorithm, .noKey, .signature, .type, .claim: self.init(.tokenRefused, problem.words)
        }
    }

    init(_ error: DocumentError) {
        self.init(.keySetUnavailable, "a key set could not be fetched: \(error.words)")
    }
}
