import Foundation
import Model
import NIOCore
import TestSupport
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// A request that is right, signed by `WebhookFixtures/make.py`, or published by the provider.
struct WebhookFixture: Decodable, CustomTestStringConvertible, Sendable {
    let provider: String
    var secret: String
    /// Of the same form, and not the right one.
    let otherSecret: String
    /// Milliseconds since the start of 1970.
    var now: Int64
    let method: String
    var url: String
    var headers: [[String]]
    var body: String
    /// Stands somewhere in the request.
    let signature: String
    /// The fields without which it is refused.
    let needed: [String]
    /// In seconds; nil where no time is signed.
    let tolerance: Int64?
    let coversBody: Bool
    let note: String

    var testDescription: String { self.note.isEmpty ? self.provider : "\(self.provider): \(self.note)" }

    static let all: [WebhookFixture] = {
        let file = SharedMaterial.packageRoot.appending(
            path: "Tests/DataPlane/PolicyEngineTests/WebhookFixtures/requests.json",
            directoryHint: .notDirectory
        )
        // A file that can't be read leaves the tests without cases, which one of them notices.
        return (try? readJSON(at: file)) ?? []
    }()

    /// What the scheme of the provider makes of it.
    func verdict() -> WebhookVerdict? {
        WebhookProvider(rawValue: self.provider)?.sender?.scheme?.verdict(
            on: self.request,
            secret: Secret(self.secret),
            now: self.now
        )
    }

    var request: WebhookRequest {
        WebhookRequest(
            method: self.method,
            target: self.target,
            head: ExchangeHead(.lines(self.headers.map { ($0[0], $0[1]) })),
            body: ByteBuffer(string: self.body)
        )
    }

    private var target: RequestTarget {
        let parts = self.url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        let pathAndQuery = parts[3].split(separator: "?", maxSplits: 1).map(String.init)
        return RequestTarget(
            scheme: String(parts[0].dropLast()),
            host: parts[2],
            rawPath: "/" + (pathAndQuery.first ?? ""),
            query: pathAndQuery.count > 1 ? pathAndQuery[1] : nil
        )
    }

    func without(_ header: String) -> Self {
        var other = self
        other.headers.removeAll { $0[0] == header }
        return other
    }

    /// The same with one other digit in the signature, wherever that stands.
    func withWrongSignature() -> Self {
        var other = self
        // In the middle, where it spoils no form that the signature may have.
        let start = self.signature.prefix(20)
        let rest = self.signature.dropFirst(20)
        let wrong = start + (rest.hasPrefix("a") ? "b" : "a") + rest.dropFirst()
        other.headers = self.headers.map { [$0[0], $0[1].replacing(self.signature, with: wrong)] }
        other.body = self.body.replacing(self.signature, with: wrong)
        other.url = self.url.replacing(self.signature, with: wrong)
        return other
    }
}

extension HeadSnapshot {
    /// A head of these field lines.
    static func lines(_ lines: [(name: String, value: String)]) -> HeadSnapshot {
        var bytes = ByteBuffer()
        var fields: [Field] = []
        for line in lines {
            let name = bytes.writerIndex..<(bytes.writerIndex + bytes.writeString(line.name))
            let value = bytes.writerIndex..<(bytes.writerIndex + bytes.writeString(line.value))
            fields.append(Field(name: name, value: value))
        }
        return HeadSnapshot(bytes: bytes, fields: fields)
    }
}

extension WebhookSender {
    /// The scheme that needs nothing but the secret.
    var scheme: (any WebhookScheme)? { if case .secret(let scheme) = self.method { scheme } else { nil } }
}
