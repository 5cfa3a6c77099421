import Crypto
import Foundation
import Model
import Secrets
import SwiftASN1
import func TestSupport.pause
import Testing
import X509

@testable import ACME

/// What authorities are shown, and what they are told.
@Suite struct ChallengeTests {
    private static let key = AccountKey.random()

    private static func response(_ type: ChallengeType) -> ChallengeResponse {
        ChallengeResponse(
            type: type,
            name: "app.example.com",
            token: "token",
            keyAuthorization: Self.key.keyAuthorization("token")
        )
    }

    @Test func `A key authorization is the token and the thumbprint of the account's key`() throws {
        let text = Self.key.keyAuthorization("token")
        let digest = SHA256.hash(data: Data(Self.key.jwk.utf8))
        #expect(text == "token." + Base64URL.encode(Array(digest)))
        let again = try #require(AccountKey(pem: Self.key.pem))
        #expect(again.keyAuthorization("token") == text)
    }

    @Test func `A request is signed over its URL, nonce and account`() throws {
        let bytes = try Self.key.sign(
            Array("{}".utf8),
            url: "https://ca.test/a\"b",
            nonce: "n",
            account: "https://ca.test/1"
        )
        let members = try JSONDecoder().decode([String: String].self, from: Data(bytes))
        let header = try #require(members["protected"].flatMap(Base64URL.decode))
        let fields = try JSONDecoder().decode([String: String].self, from: Data(header))
        #expect(fields == ["alg": "ES256", "kid": "https://ca.test/1", "nonce": "n", "url": "https://ca.test/a\"b"])
        #expect(members["payload"].flatMap(Base64URL.decode) == Array("{}".utf8))
        #expect(members["signature"].flatMap(Base64URL.decode)?.count == 64)
    }

    @Test func `The certificate for acme-tls has the digest as the authority reads it`() throws {
        let made = try Self.response(.tlsALPN).certificate()
        let certificate = try Certificate(pemEncoded: made.certificatePEM)
        let found = try #require(certificate.extensions[oid: [1, 3, 6, 1, 5, 5, 7, 1, 31]])
        #expect(found.critical)
        // An OCTET STRING of 32 bytes.
        #expect(Array(found.value.prefix(2)) == [0x04, 0x20])
        let digest = SHA256.hash(data: Data(Self.response(.tlsALPN).keyAuthorization.utf8))
        #expect(Array(found.value.dropFirst(2)) == Array(digest))
        #expect(try certificate.extensions.subjectAlternativeNames.map(Array.init) == [.dnsName("app.example.com")])
    }

    @Test(arguments: [
        "http://ca.test/a", "https://user@ca.test/", "https://", "ca.test", "https://ca.test/#a", "https://ca.test:0/",
        "https://ca.test/\r\nx",
    ])
    func `What is no URL of an authority is none`(text: String) {
        #expect(ACMEURL(text) == nil)
    }

    @Test func `A URL names its server and what is asked of it`() throws {
        let url = try #require(ACMEURL("https://[::1]:14000/dir?a=b"))
        #expect(url.host == "::1")
        #expect(url.port == 14000)
        #expect(url.target == "/dir?a=b")
        #expect(url.authority == "[::1]:14000")
        #expect(try url.isAtServer(of: #require(ACMEURL("https://[::1]:14000/"))))
        #expect(try !url.isAtServer(of: #require(ACMEURL("https://[::1]/"))))
    }

    @Test func `A problem is shown in one line`() throws {
        let text = #"{"type":"urn:ietf:params:acme:error:dns","detail":"no\nsuch \#u{1B}[31mname"}"#
        let escaped = text.replacing("\u{1B}", with: "\\u001b")
        let problem = try JSONDecoder().decode(ACMEProblem.self, from: Data(escaped.utf8))
        #expect("\(problem)" == "no such  [31mname (dns)")
        #expect(problem.isOfName)
    }

    @Test(.timeLimit(.minutes(1)))
    func `A program that writes records is ended where nobody waits for it any more`() async throws {
        let program = FileManager.default.temporaryDirectory.appending(path: "records-\(UUID().uuidString)").path
        let begun = program + ".begun"
        defer { for path in [program, begun] { try? FileManager.default.removeItem(atPath: path) } }
        try Data("#!/bin/sh\n: >\"$0.begun\"\nexec sleep 600\n".utf8).write(to: URL(filePath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
        let hook = DNSHook(program: program)
        let task = Task { try await hook.present(Self.response(.dns)) }
        while !FileManager.default.fileExists(atPath: begun) {
            try Task.checkCancellation()
            await pause()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
