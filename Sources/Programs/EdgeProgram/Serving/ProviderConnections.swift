import Addressing
import Dashboard
import Model
import NIOCore
import NIOPosix
import Outbound
import PolicyEngine

/// What asks the identity provider of the dashboard: the same connections, checked in the same way, as the requests of
/// policies.
struct ProviderConnections: Sendable {
    /// For all of one question.
    private static let patience = TimeAmount.seconds(10)

    /// No account's: the edge asks for itself.
    private static let account = ResourceID<AccountKind>.random()

    private let requester: OutboundRequester

    /// - Throws: `configurationInvalid` where the authorities cannot be used.
    init(_ configuration: SignInConfiguration) throws(Failure) {
        var rules = OutboundRules(ports: Set(1 ... .max), opened: configuration.networks)
        rules.schemes = ["http", "https"]
        var outbound = OutboundConfiguration()
        outbound.isOpen = true
        outbound.rules = rules
        outbound.authorities =
            try configuration.authorities.map { (path) throws(Failure) in
                try PEMFile.contents(of: path, setting: "sign_in.authorities")
            } ?? ""
        self.requester = try OutboundRequester(outbound)
    }

    /// - Throws: `loginProviderFailed`.
    func send(_ question: ProviderQuestion) async throws(Failure) -> ProviderReply {
        let request = PolicyRequest(
            method: question.form == nil ? "GET" : "POST",
            url: question.url,
            fields: question.fields.map { ($0.name, $0.value) } + [("user-agent", "portico")],
            body: ByteBuffer(string: question.form ?? ""),
            account: Self.account,
            deadline: .now() + Self.patience,
            answerBytes: question.answerBytes
        )
        do {
            let answer = try await self.requester.send(request, on: MultiThreadedEventLoopGroup.singleton.any()).get()
            return ProviderReply(status: answer.status, body: Array(answer.body.readableBytesView))
        } catch {
            let detail = (error as? PolicyRequestError).map(Self.text) ?? "\(error)"
            throw Failure(.loginProviderFailed, "The identity provider does not answer.", detail: detail, cause: error)
        }
    }

    private static func text(of error: PolicyRequestError) -> String {
        switch error {
        case .refused(let reason), .failed(let reason): reason
        case .timedOut: "no answer in time"
        case .tooLarge: "the answer is too large"
        }
    }
}

extension SignInConfiguration {
    /// What the dashboard is told of it; nil where there is none.
    ///
    /// - Throws: `configurationInvalid` where the authorities cannot be used.
    func makeProvider() throws(Failure) -> SignInProvider? {
        guard let set = self.provider else { return nil }
        let connections = try ProviderConnections(self)
        var provider = SignInProvider(
            name: set.name,
            issuer: set.issuer,
            clientID: set.clientID,
            clientSecret: set.clientSecret,
            send: { (question) throws(Failure) in try await connections.send(question) }
        )
        provider.scopes = set.scopes
        provider.isOnly = set.isOnly
        provider.groupsClaim = self.groupsClaim
        provider.groups = self.groups
        provider.account = self.account
        return provider
    }
}
