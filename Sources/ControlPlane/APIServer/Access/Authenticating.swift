import Addressing
import Control
import HTTPTypes
import Hummingbird
import Model
import Secrets

/// Lets calls with a good API key pass, as often as they may come and from where they may.
struct Authenticating: RouterMiddleware {
    private let control: Control
    private let configuration: APIServerConfiguration
    private let limits: APILimits

    init(_ control: Control, _ configuration: APIServerConfiguration, _ limits: APILimits) {
        self.control = control
        self.configuration = configuration
        self.limits = limits
    }

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let origin = context.address.map(Self.origin) ?? ""
        guard self.limits.failures.hasRoom(for: origin) else {
            throw Failure(.apiTooOften, "Too many calls from this address carried no good API key.")
        }
        var context = context
        do throws(Failure) {
            let token = try BearerHeader.token(in: request.headers)
            let principal = try await self.control.authentication.principal(for: token)
            try await self.control.checkAPI(context.address, of: principal.account)
            context.caller = Caller(
                principal: principal,
                operation: context.operation,
                address: context.address,
                apiURL: self.configuration.url(for: request)
            )
            guard self.limits.calls.take(principal.account.text) else {
                throw Failure(.apiTooOften, "The account made too many calls within a minute.")
            }
        } catch {
            // Only what may be a guess counts: a key that was found says that it is none.
            if error.code.httpStatus == 401 { _ = self.limits.failures.take(origin) }
            throw error
        }
        return try await next(request, context)
    }

    /// One machine or network: an IPv4 address, or the 64 bits that an IPv6 network shares.
    private static func origin(_ address: IPAddress) -> String {
        guard !address.isIPv4, let network = IPPrefix(address, length: 64) else { return "\(address)" }
        return "\(network)"
    }
}

/// The API key of a request (`spec/api.md` 1, "Auth").
enum BearerHeader {
    static func token(in fields: HTTPFields) throws(Failure) -> Secret {
        guard let text = fields[.authorization], !text.isEmpty else {
            throw Failure(.apiKeyMissing, "The request has no Authorization header.")
        }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { throw Failure(.apiKeyMalformed, "The Authorization header has no key.") }
        let credentials = parts[1].trimmingBlanks
        switch parts[0].lowercased() {
        case "bearer": return Secret(String(credentials))
        case "basic":
            // The key is the user name; a password is not looked at.
            guard let bytes = Base64.decode(credentials),
                let user = String(validating: bytes.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
            else { throw Failure(.apiKeyMalformed, "The Authorization header has no base64.") }
            return Secret(user)
        default: throw Failure(.apiAuthScheme, "The scheme of the Authorization header is neither Bearer nor Basic.")
        }
    }
}
