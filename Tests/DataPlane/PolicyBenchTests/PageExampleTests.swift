import PolicyEngine
import Testing
import TrafficPolicy

@testable import PolicyBench

/// The example on each page of the reference does what the page says.
@Suite struct PageExampleTests {
    @Test(arguments: PolicyProgram.runnable.sorted { $0.rawValue < $1.rawValue })
    func `The example of an action comes out as its page says`(type: ActionType) throws {
        let cases = try #require(Self.cases[type], "\(type.rawValue) has no cases")
        let suite = try PolicySuite(parsing: cases)
        let result = try suite.run("\(type.rawValue).test.yaml", on: "\(type.rawValue).md", type.description.example)
        #expect(result.failureCount == 0, "\(result.text)")
    }

    // Of a login server that nobody has: the key that signed them is thrown away, and they have no end.
    private static let keySet =
        #"{"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"tzlycyOQMQiRC-NyDPph2dbAIbhCvpVK0o7d7uzoVvg","y":"#
        + #""vOJro0vpwPpwlo1yDJp8cnt9OvNtLb7sAVLLFvQqkE8"}]}"#
    private static let token =
        #"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tLyIsImF1ZCI6Imh0dHBz"#
        + #"Oi8vYXBpLmV4YW1wbGUuY29tIiwic3ViIjoiYWRhIiwic2NvcGUiOiJvcmRlcnMucmVhZCJ9.GPCFnWnm1-ThAOnBk3GDoxAYklF"#
        + #"I3XoF1Ku1k_ysbI5M3-qAU5fzh3lKdLhWGORjRX1NK_8eqAIcSvYWyoO32w"#
    private static let otherToken =
        #"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2Vsc2V3aGVyZS5leGFtcGxlLmNvbS8iLCJhdWQiOiJo"#
        + #"dHRwczovL2FwaS5leGFtcGxlLmNvbSIsInN1YiI6ImV2ZSJ9.0WVAZo0Kefp9L56opwHF5rRbTWEN1mcLZ-dhEZrqzcKeEpXJyb9"#
        + #"_-vTGYzmFFIKCM8BEam6quowpKFm6h4dPXQ"#

    private static let cases: [ActionType: String] = [
        .owaspCRSRequest: """
        cases:
          - name: a browser asks for a page
            request: {url: /articles?page=2, headers: {user-agent: Mozilla/5.0, accept: text/html}}
            expect: {answered_by: upstream}
          - name: an injection
            request: {url: "/articles?page=1'%20or%20'1'='1", headers: {user-agent: Mozilla/5.0, accept: text/html}}
            expect: {status: 403, code: 3700}
        """,
        .owaspCRSResponse: """
        cases:
          - name: what leaks is told, and goes on
            request: GET /
            upstream: {status: 500, headers: {content-type: text/html}, body: You have an error in your SQL syntax}
            expect: {answered_by: upstream, status: 500}
        """,
        .addHeaders: """
        cases:
          - name: fields are added
            facts: {conn.client_ip: 192.0.2.7, conn.client_ip.geo.location.country_code: AT}
            request: GET /
            expect: {upstream: {headers: {x-visitor-country: AT, x-gateway: portico}}}
        """,
        .basicAuth: """
        secrets: {staging: {credential: "alice:another-long-one"}}
        cases:
          - name: nobody
            request: GET /
            expect: {status: 401, headers: {www-authenticate: 'Basic realm="staging"'}}
          - name: the first credential
            request: {url: /, headers: {authorization: Basic ZGVwbG95OmNvcnJlY3QtaG9yc2UtYmF0dGVyeQ==}}
            expect: {answered_by: upstream}
          - name: the one of the vault
            request: {url: /, headers: {authorization: "Basic YWxpY2U6YW5vdGhlci1sb25nLW9uZQ=="}}
            expect: {answered_by: upstream}
        """,
        .circuitBreaker: """
        cases:
          - name: a service that fails is left alone
            request: GET /
            repeat: 21
            upstream: {status: 500}
            expect: {status: 503, code: 3202}
          - name: fewer failures do not count
            request: GET /
            repeat: 20
            upstream: {status: 500}
            expect: {status: 500, answered_by: upstream}
        """,
        .closeConnection: """
        cases:
          - name: an address that is on no list
            request: GET /
            expect: {answered_by: upstream}
        """,
        .compressResponse: """
        cases:
          - name: the preferred algorithm of those that both know
            request: {url: /, headers: {accept-encoding: "gzip, br"}}
            upstream: {status: 200, body: text}
            expect: {headers: {content-encoding: br}}
          - name: nobody asked
            request: GET /
            upstream: {status: 200, body: text}
            expect: {headers: {content-encoding: null}, body: text}
        """,
        .customResponse: """
        cases:
          - name: health
            request: GET /health
            expect: {answered_by: policy, status: 200, headers: {content-type: application/json}, body: '{"status":"ok"}'}
          - name: anything else
            request: GET /
            expect: {answered_by: upstream}
        """,
        .deny: """
        cases:
          - name: a person
            request: {url: /, headers: {user-agent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}}
            expect: {answered_by: upstream}
          - name: a crawler
            request: {url: /, headers: {user-agent: "Googlebot/2.1 (+http://www.google.com/bot.html)"}}
            expect: {answered_by: policy, status: 404}
        """,
        .forwardInternal: """
        cases:
          - name: the service
            request: GET /api/x
            internal: {"https://api.internal": {status: 201}}
            expect: {answered_by: https://api.internal, status: 201}
          - name: the service is away
            request: GET /api/x
            internal: {"https://api.internal": {error: 3200}}
            expect: {answered_by: policy, status: 503, body: The service is being updated.}
          - name: anything else
            request: GET /
            expect: {answered_by: upstream}
        """,
        .httpRequest: """
        cases:
          - name: the session is good
            request: GET /
            internal: {"https://sessions.internal": {status: 200}}
            expect: {answered_by: upstream}
          - name: it is not
            request: GET /
            internal: {"https://sessions.internal": {status: 401}}
            expect: {answered_by: policy, status: 403}
          - name: nobody can tell
            request: GET /
            internal: {"https://sessions.internal": {error: 3200}}
            expect: {answered_by: error, status: 502}
        """,
        .jwtValidation: """
        cases:
          - name: a token of the login server
            request: {method: GET, url: /, headers: {authorization: "Bearer \(Self.token)"}}
            internal: {"https://login.example.com/jwks.json": {status: 200, body: '\(Self.keySet)'}}
            expect: {answered_by: upstream}
          - name: nobody
            request: GET /
            internal: {"https://login.example.com/jwks.json": {status: 200, body: '\(Self.keySet)'}}
            expect: {status: 401, code: 3408}
          - name: a token of somebody else
            request: {method: GET, url: /, headers: {authorization: "Bearer \(Self.otherToken)"}}
            internal: {"https://login.example.com/jwks.json": {status: 200, body: '\(Self.keySet)'}}
            expect: {status: 403, code: 3403}
        """,
        .log: """
        cases:
          - name: what is known of the visitor
            facts: {conn.client_ip: 192.0.2.7, conn.client_ip.geo.location.country_code: AT}
            request: GET /
            expect: {answered_by: upstream, logs: [{country: AT, bot: false}]}
        """,
        .oauth: """
        secrets: {login: {github-id: portico, github-secret: "a secret"}}
        cases:
          - name: nobody
            request: GET /
            expect: {answered_by: policy, status: 302}
        """,
        .openIDConnect: """
        secrets: {login: {oidc-secret: "a secret"}}
        cases:
          - name: nobody
            request: GET /
            internal:
              "https://login.example.com/.well-known/openid-configuration":
                status: 200
                body: '{"issuer":"https://login.example.com","authorization_endpoint":"https://login.example.com/authorize",
                  "token_endpoint":"https://login.example.com/token","jwks_uri":"https://login.example.com/jwks.json"}'
            expect: {answered_by: policy, status: 302}
          - name: the provider is away
            request: GET /
            expect: {status: 502, code: 5208}
        """,
        .rateLimit: """
        cases:
          - name: thirty pass
            request: GET /
            repeat: 30
            expect: {answered_by: upstream}
          - name: the next waits
            request: GET /
            repeat: 31
            expect: {answered_by: policy, status: 429}
        """,
        .redirect: """
        cases:
          - name: the blog
            request: GET /blog/2026?page=2
            expect: {status: 308, headers: {location: "https://blog.example.com/2026?page=2"}}
          - name: anything else
            request: GET /
            expect: {answered_by: upstream}
        """,
        .removeHeaders: """
        cases:
          - name: what tells of the service is not told
            request: GET /
            upstream: {status: 200, headers: {server: apache, x-powered-by: php, x-kept: "1"}}
            expect: {headers: {server: null, x-powered-by: null, x-kept: "1"}}
        """,
        .requestBodyFindReplace: """
        cases:
          - name: nobody debugs
            request: {method: POST, url: /, body: '{"debug": true}'}
            expect: {upstream: {body: '{"debug":false}'}}
        """,
        .responseBodyFindReplace: """
        cases:
          - name: links lead to where the visitor is
            request: GET /
            upstream: {status: 200, body: see http://localhost:8080/x}
            expect: {body: see https://app.example.com/x}
        """,
        .restrictIPs: """
        cases:
          - name: the own network
            facts: {conn.client_ip: 10.1.2.3}
            request: GET /
            expect: {answered_by: upstream}
          - name: the part of it that may not
            facts: {conn.client_ip: 10.66.2.3}
            request: GET /
            expect: {answered_by: nobody}
        """,
        .setVars: """
        cases:
          - name: one in ten is marked, the others pass
            request: GET /
            expect: {answered_by: upstream}
        """,
        .sseFindReplace: """
        cases:
          - name: numbers of cards
            request: GET /
            upstream: {status: 200, headers: {content-type: text/event-stream}, body: "data: 4111111111111111\\n\\n"}
            expect: {body: "data: ****************\\n\\n"}
        """,
        .terminateTLS: """
        cases:
          - name: with whatever the handshake has agreed on
            facts: {conn.tls.version: "1.3"}
            request: GET /
            expect: {answered_by: upstream}
        """,
        .urlRewrite: """
        cases:
          - name: the version goes behind
            request: GET /v1/users?x=1
            expect: {upstream: {url: /api/users/v1?x=1}}
        """,
        .verifyWebhook: """
        secrets: {webhooks: {github: hush}}
        cases:
          - name: signed
            request:
              method: POST
              url: /
              headers: {x-hub-signature-256: sha256=505c20ac604f662945b662a1f13a9ca2f03bf0b1986f505d5aef48e10da8c918}
              body: "{}"
            expect: {answered_by: upstream}
          - name: not signed
            request: {method: POST, url: /, body: "{}"}
            expect: {status: 403, code: 3204}
        """,
    ]
}
