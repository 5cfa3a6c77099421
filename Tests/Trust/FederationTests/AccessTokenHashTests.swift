import Federation
import Foundation
import JSON
import Model
import Secrets
import Testing

@Suite struct AccessTokenHashTests {
    /// Of the access token `jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y`, by the hash of each algorithm.
    private static let access = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"

    private static func token(_ algorithm: String) throws -> SignedToken {
        let header = Base64URL.encode(Array(#"{"alg":"\#(algorithm)"}"#.utf8))
        return try SignedToken("\(header).\(Base64URL.encode(Array("{}".utf8))).AAAA")
    }

    @Test(arguments: [
        ("RS256", "77QmUPtjPfzWtF2AnpK9RQ"), ("ES256", "77QmUPtjPfzWtF2AnpK9RQ"), ("PS256", "77QmUPtjPfzWtF2AnpK9RQ"),
        ("ES384", "jtAeDp945y1dDqU3nkIVGNZP1HjH_MFs"), ("ES512", "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"),
        ("EdDSA", "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"),
    ])
    func `The hash is the left half of that which the algorithm uses`(algorithm: String, hash: String) throws {
        let token = try Self.token(algorithm)
        try token.checkAccessToken(Secret(Self.access), ["at_hash": .string(hash)])
        #expect(throws: TokenProblem.claim("at_hash", "is of another access token")) {
            try token.checkAccessToken(Secret("another"), ["at_hash": .string(hash)])
        }
    }

    @Test func `An ID token need not have it, and has it as a text`() throws {
        let token = try Self.token("ES256")
        try token.checkAccessToken(Secret(Self.access), [:])
        for wrong: JSONValue in ["", "77QmUPtjPfzWtF2AnpK9R", 7, .null, ["77QmUPtjPfzWtF2AnpK9RQ"]] {
            #expect(throws: TokenProblem.self) { try token.checkAccessToken(Secret(Self.access), ["at_hash": wrong]) }
        }
    }
}
