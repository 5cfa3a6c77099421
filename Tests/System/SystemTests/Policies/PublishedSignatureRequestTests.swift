import Addressing
import Edge
import EdgeTestSupport
import Events
import Foundation
import JSON
import Model
import Outbound
import PolicyEngine
import Portico
import Proxy
import TestSupport
import Testing

/// The published signatures of `conformance/wycheproof-jose`, each in a real request to an endpoint with `jwt-validation`, whose
/// keys come from a server of key sets.
///
/// What was signed there are words and not claims, so that no request passes. A signature that counts is told from one that does
/// not by what the edge's record says: the claims are looked at behind the signature.
@Suite(.timeLimit(.minutes(3))) struct PublishedSignatureRequestTests {
    private struct Case {
        /// The path of its request, which no other has.
        let path: String
        /// That of its keys.
        let keys: String
        let token: String
        let counts: Bool
        let comment: String
    }

    /// Signatures that the collection takes and we do not, with the reason; by file and number.
    private static let stricter: [String: String] = [
        "signature/346": "the key says that it is for PS256", "signature/350": "the key says that it is for PS256",
        "signature/347": "the key names an algorithm that there is not",
        "signature/351": "the key names an algorithm that there is not",
        "signature/373": "a part has a character that is not of the alphabet",
    ]

    private static func policy(_ server: UInt16) -> String {
        let keys = "http://127.0.0.1:\(server)${req.headers['x-keys'][0]}"
        return """
            on_http_request:
              - actions:
                  - type: jwt-validation
                    config:
                      issuer: {allow_list: [{value: "https://idp.test/"}]}
                      http: {tokens: [{type: plain, method: header, name: authorization, prefix: "Bearer "}]}
                      jws:
                        allowed_algorithms: [RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA]
                        keys: [{identification: [{token_claims: [kid]}], sources: [{additional_jkus: ["\(keys)"]}]}]
            """
    }

    /// The cases of all files that a header can carry, and the key sets by their paths.
    private static func read() throws -> (cases: [Case], keySets: [String: String], left: Int) {
        var cases: [Case] = []
        var keySets: [String: String] = [:]
        var left = 0
        for name in ["signature", "key", "crypto"] {
            let file = try SharedMaterial.file("conformance/wycheproof-jose/json_web_\(name)_test.json")
            let document = try #require(JSON.JSONValue(reading: Array(Data(contentsOf: file))).object)
            for (number, group) in try #require(document["testGroups"]?.array).compactMap(\.object).enumerated() {
                let key = try #require((group["public"] ?? group["private"])?.object)
                let all = key["keys"]?.array ?? [.object(key)]
                let path = "/\(name)/\(number)"
                keySets[path] = JSON.JSONValue.object(["keys": .array(all)]).text
                for test in try #require(group["tests"]?.array).compactMap(\.object) where test["jwe"] == nil {
                    let id = "\(name)/\(try #require(test["tcId"]?.integer))"
                    guard let token = test["jws"]?.string, !token.isEmpty,
                        token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
                    else {
                        left += 1
                        continue
                    }
                    // What was signed with a shared secret counts nowhere.
                    let isSecret = all.first?.object?["kty"]?.string == "oct"
                    let counts = test["result"]?.string == "valid" && !isSecret && Self.stricter[id] == nil
                    let comment = test["comment"]?.string ?? ""
                    cases.append(Case(path: "/\(id)", keys: path, token: token, counts: counts, comment: comment))
                }
            }
        }
        return (cases, keySets, left)
    }

    @Test func `Every published signature that a request can carry is judged over real requests`() async throws {
        let (cases, keySets, left) = try Self.read()
        let serveKeys: @Sendable (TestConnection) async throws -> Void = { connection in
            while true {
                let head = try await connection.read(until: "\r\n\r\n")
                let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                let keys = keySets[path] ?? "{}"
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(keys.utf8.count)\r\n\r\n\(keys)")
            }
        }
        let queue = EventQueue()
        try await TestUpstream.with(serveKeys) { server in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with { setup in
                    var outbound = OutboundConfiguration()
                    outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")]
                    setup.edge.proxy.policy.services.requester = try OutboundRequester(outbound)
                    setup.edge.proxy.policy.events = queue
                } _: { edge in
                    let agent = try await edge.connectAgent()
                    var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                    options.trafficPolicy = Self.policy(server.port)
                    _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    for one in cases {
                        let visitor = try await edge.visit()
                        let fields =
                            "Connection: close\r\nX-Keys: \(one.keys)\r\nAuthorization: Bearer \(one.token)\r\n"
                        try await visitor.write(request("GET \(one.path)", fields))
                        let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
                        await visitor.close()
                        // A set without a key that could verify anything is as good as none.
                        let isRefused = answer.hasPrefix("HTTP/1.1 401 ") || answer.contains("ERR_NGROK_3422")
                        #expect(isRefused && !answer.hasPrefix("HTTP/1.1 2"), "\(one.path): \(answer.prefix(300))")
                    }
                    await agent.close()
                }
            }
        }
        let words = try await Self.words(queue)
        for one in cases {
            let said = words[one.path] ?? ""
            let isOfPayload = said.contains("its payload is no JSON object") || said.contains("the token's iss ")
            #expect(!said.isEmpty && isOfPayload == one.counts, "\(one.path) (\(one.comment)): \(said)")
        }
        #expect(cases.count > 300 && cases.contains(where: \.counts))
        // Those in the other form of signatures, empty ones, and with what no header carries.
        #expect(left < 30)
    }

    /// What the record of each request says of its token, by the request's path.
    private static func words(_ queue: EventQueue) async throws -> [String: String] {
        queue.close()
        var words: [String: String] = [:]
        while let batch = await queue.batch() {
            for event in batch.events {
                let line = try #require(try JSONValue(reading: event.line(id: .random()).utf8).object)
                let object = line["object"]?.object
                let url = object?["http"]?.object?["request"]?.object?["url"]?.object?["raw"]?.string ?? ""
                let errors = object?["traffic_policy"]?.object?["errors"]?.array ?? []
                let path = url.replacing("http://app.edge.test", with: "")
                words[path] = errors.compactMap { $0.object?["message"]?.string }.joined(separator: "; ")
            }
        }
        return words
    }
}
