import Federation
import Foundation
import JSON
import TestSupport
import Testing

/// The published tokens of `conformance/jwt`: each counts or doesn't, as its profile says.
@Suite struct PublishedTokenTests {
    private struct Profile {
        let now: Double
        let rules: ClaimRules
        let algorithms: [SignatureAlgorithm]
        let type: String?

        /// Nil for a profile with secrets that both sides know, which are refused here.
        init?(_ document: JSONObject) throws {
            self.now = try #require(document["now"]?.double)
            let names = try #require(document["allowed_algs"]?.array).compactMap(\.string)
            self.algorithms = names.compactMap(SignatureAlgorithm.init)
            guard self.algorithms.count == names.count else { return nil }
            self.rules = ClaimRules(
                issuers: [try #require(document["issuer"]?.string)],
                audiences: [try #require(document["audience"]?.string)],
                required: Set((document["require"]?.array ?? []).compactMap(\.string)),
                nonce: document["nonce"]?.string,
                client: document["client_id"]?.string
            )
            self.type = document["require_typ"]?.string
        }

        func verify(_ token: String, with keys: KeySet) throws(TokenProblem) {
            let token = try SignedToken(token)
            if let type = self.type { try token.checkType(type) }
            try token.verify(with: [keys], .named, allowed: self.algorithms)
            try self.rules.check(try token.claims(), at: self.now)
        }
    }

    @Test func `Every published token is judged as its line says`() throws {
        let file = try SharedMaterial.file("conformance/jwt/vectors.json")
        let document = try #require(JSON.JSONValue(reading: Array(Data(contentsOf: file))).object)
        let published = try #require(document["jwks"])
        let keys = try #require(KeySet(published))
        let vectors = try #require(document["vectors"]?.array).compactMap(\.object)
        var judged = 0
        var skipped: [String] = []
        for vector in vectors {
            let id = try #require(vector["id"]?.string)
            let name = try #require(vector["profile"]?.string)
            guard let profile = try Profile(try #require(document["profiles"]?.object?[name]?.object)) else {
                skipped.append(id)
                continue
            }
            let isValid = vector["expect"]?.string == "valid"
            let problem: TokenProblem?
            do throws(TokenProblem) {
                try profile.verify(vector["token"]?.string ?? "", with: keys)
                problem = nil
            } catch {
                problem = error
            }
            #expect((problem == nil) == isValid, "\(id): \(problem?.words ?? "taken"); \(vector["why"]?.string ?? "")")
            judged += 1
        }
        // A shared secret out of a public key set is none: that profile cannot be asked for here.
        #expect(skipped.allSatisfy { $0.hasPrefix("hmac-") })
        #expect(judged > 150)
    }

    /// Tokens that the collection takes and we do not, with the reason.
    private static let stricter: [Int: String] = [
        346: "the key says that it is for PS256", 350: "the key says that it is for PS256",
        347: "the key names an algorithm that there is not", 351: "the key names an algorithm that there is not",
        373: "a part has a character that is not of the alphabet",
    ]

    /// Judges every signature of a file of `conformance/wycheproof-jose`.
    ///
    /// - Returns: how many, and how many of them were made with a shared secret.
    private static func judge(_ name: String, stricter: [Int: String]) throws -> (judged: Int, secrets: Int) {
        let file = try SharedMaterial.file("conformance/wycheproof-jose/\(name)")
        let document = try #require(JSON.JSONValue(reading: Array(Data(contentsOf: file))).object)
        var judged = 0
        var secrets = 0
        for group in try #require(document["testGroups"]?.array).compactMap(\.object) {
            let key = try #require((group["public"] ?? group["private"])?.object)
            // One key, or a set of them.
            let all = key["keys"]?.array ?? [.object(key)]
            let keys = try #require(KeySet(JSON.JSONValue.object(["keys": .array(all)])))
            for test in try #require(group["tests"]?.array).compactMap(\.object) where test["jwe"] == nil {
                let id = Int(try #require(test["tcId"]?.integer))
                let isSecret = all.first?.object?["kty"]?.string == "oct"
                var isTaken = true
                do throws(TokenProblem) {
                    // Some are no text but objects: the other form, which is none here.
                    let token = try SignedToken(test["jws"]?.string ?? "{}")
                    try token.verify(with: [keys], .named, allowed: SignatureAlgorithm.allCases)
                } catch {
                    isTaken = false
                }
                // What was signed with a shared secret counts nowhere.
                let isValid = test["result"]?.string == "valid" && !isSecret && stricter[id] == nil
                #expect(isTaken == isValid, "\(name) \(id): \(test["comment"]?.string ?? "")")
                judged += 1
                if isSecret { secrets += 1 }
            }
        }
        return (judged, secrets)
    }

    @Test func `Every published signature is judged as its line says`() throws {
        let signatures = try Self.judge("json_web_signature_test.json", stricter: Self.stricter)
        #expect(signatures.judged > 250 && signatures.secrets < 60)
        // Among them keys that can be factored, and those that are for something else.
        let keys = try Self.judge("json_web_key_test.json", stricter: [:])
        #expect(keys.judged >= 20 && keys.secrets < 15)
        let both = try Self.judge("json_web_crypto_test.json", stricter: [:])
        #expect(both.judged >= 37 && both.secrets < 20)
    }
}

extension KeySet {
    fileprivate init?(_ document: JSON.JSONValue) {
        guard let object = document.object else { return nil }
        self.init(object)
    }
}
