import Crypto
import Foundation
import NIOConcurrencyHelpers
import NIOCore

@testable import PolicyEngine

/// One who signs tokens, with a P-256 key of its own.
struct TokenSigner {
    static let issuer = "https://login.example.com/"
    /// The time that the fixture's clock shows.
    static let now = 1_795_867_200

    let id: String?
    private let key = P256.Signing.PrivateKey()

    init(_ id: String? = "one") {
        self.id = id
    }

    /// The public key as it stands in a set.
    var jwk: String {
        let point = self.key.publicKey.x963Representation
        let (x, y) = (point[1..<33].base64URL, point[33...].base64URL)
        let id = self.id.map { #""kid":"\#($0)","# } ?? ""
        return #"{\#(id)"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#
    }

    static func keySet(_ signers: TokenSigner...) -> String {
        #"{"keys":[\#(signers.map(\.jwk).joined(separator: ","))]}"#
    }

    /// A token that is good now, with claims beside the usual ones, which replace those of their name.
    func token(_ claims: [String: Any] = [:], header: [String: Any] = [:], leavingOut name: String? = nil) throws
        -> String
    {
        var all: [String: Any] = ["iss": Self.issuer, "sub": "ada", "aud": "api", "exp": Self.now + 600]
        all.merge(claims) { $1 }
        if let name { all[name] = nil }
        var top: [String: Any] = ["alg": "ES256"]
        if let id = self.id { top["kid"] = id }
        top.merge(header) { $1 }
        let parts = try [top, all].map {
            try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys).base64URL
        }
        let signed = parts.joined(separator: ".")
        return signed + "." + (try self.key.signature(for: Data(signed.utf8)).rawRepresentation.base64URL)
    }
}

extension Data {
    fileprivate var base64URL: String {
        self.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// Answers requests of policies with what stands under their URL, and remembers them.
final class PublishedDocuments: PolicyRequester {
    private struct State {
        var answers: [String: Result<PolicyAnswer, PolicyRequestError>]
        var sent: [PolicyRequest] = []
    }

    private let state: NIOLockedValueBox<State>

    init(_ documents: [String: String]) {
        let answers = documents.mapValues { text in
            Result<PolicyAnswer, PolicyRequestError>.success(PolicyAnswer(status: 200, body: ByteBuffer(string: text)))
        }
        self.state = NIOLockedValueBox(State(answers: answers))
    }

    var sent: [PolicyRequest] { self.state.withLockedValue { $0.sent } }

    func answer(_ url: String, with answer: Result<PolicyAnswer, PolicyRequestError>) {
        self.state.withLockedValue { $0.answers[url] = answer }
    }

    func send(_ request: PolicyRequest, on eventLoop: any EventLoop) -> EventLoopFuture<PolicyAnswer> {
        let answer = self.state.withLockedValue { state in
            state.sent.append(request)
            return state.answers[request.url] ?? .success(PolicyAnswer(status: 404))
        }
        let promise = eventLoop.makePromise(of: PolicyAnswer.self)
        promise.completeWith(answer.mapError { $0 as any Error })
        return promise.futureResult
    }
}
