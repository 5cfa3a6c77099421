import APITypes
import JSON
import Model
import Testing

@testable import APIClient

@Suite struct CommandLineTests {
    private func call(_ words: [String], files: [String: String] = [:]) throws -> APICall {
        let line = try APICommandLine(words) { (path) throws(Failure) in
            guard let text = files[path] else { throw Failure(.usage, "\(path): there is no such file") }
            return text
        }
        guard case .call(let call) = line.wish else { throw Failure(.usage, "help") }
        return call
    }

    @Test(
        arguments: [
            ("ip-policies get ipp_1", "GET /ip_policies/ipp_1", nil),
            ("ip-policies list --limit 5 --before-id=ipp_1", "GET /ip_policies?limit=5&before_id=ipp_1", nil),
            (
                "endpoints list --url https://a --url https://b",
                "GET /endpoints?url=https%3A%2F%2Fa&url=https%3A%2F%2Fb", nil
            ),
            ("ip-policies create", "POST /ip_policies", nil),
            ("ip-policies create --description=", "POST /ip_policies", #"{"description":""}"#),
            (
                "ip-policies update ipp_1 --metadata x --description y", "PATCH /ip_policies/ipp_1",
                #"{"description":"y","metadata":"x"}"#
            ),
            ("ip-policies update --metadata x ipp_1", "PATCH /ip_policies/ipp_1", #"{"metadata":"x"}"#),
            (
                "ip-restrictions create --enforced --ip-policy-ids a --ip-policy-ids b", "POST /ip_restrictions",
                #"{"enforced":true,"ip_policy_ids":["a","b"]}"#
            ),
            ("ip-restrictions update ipx_1 --enforced=false", "PATCH /ip_restrictions/ipx_1", #"{"enforced":false}"#),
            ("credentials create --acl=", "POST /credentials", #"{"acl":[]}"#),
            (
                "ssh-certificate-authorities create --key-size 2048", "POST /ssh_certificate_authorities",
                #"{"key_size":2048}"#
            ),
            (
                "ssh-user-certificates create --extensions permit-pty= --extensions a=b=c",
                "POST /ssh_user_certificates", #"{"extensions":{"permit-pty":"","a":"b=c"}}"#
            ),
            (
                "event-destinations create --target.datadog.api-key k --target.datadog.ddsite s",
                "POST /event_destinations", #"{"target":{"datadog":{"api_key":"k","ddsite":"s"}}}"#
            ),
            (
                #"event-destinations create --target={"debug":{"log":true}} --target.debug.callback-url u"#,
                "POST /event_destinations", #"{"target":{"debug":{"log":true,"callback_url":"u"}}}"#
            ),
            (
                #"event-subscriptions create --sources={"type":"a"} --sources={"type":"b"}"#,
                "POST /event_subscriptions", #"{"sources":[{"type":"a"},{"type":"b"}]}"#
            ),
            ("event-sources get esb_1 a.v0", "GET /event_subscriptions/esb_1/sources/a.v0", nil),
            ("application-users delete au_1", "DELETE /app/users/au_1", nil),
            ("vaults get-secrets-by-vault vault_1 --limit 1", "GET /vaults/vault_1/secrets?limit=1", nil),
            ("tunnel-sessions stop ts_1", "POST /tunnel_sessions/ts_1/stop", nil),
            ("root get", "GET /", nil), ("root self", "GET /self", nil),
            ("ip-policies get ../api_keys", "GET /ip_policies/..%2Fapi_keys", nil),
            ("ip-policies get -- -x", "GET /ip_policies/-x", nil),
        ] as [(String, String, String?)]
    )
    func `A command line is a call`(line: String, request: String, body: String?) throws {
        let call = try self.call(line.split(separator: " ").map(String.init))
        #expect("\(call.method.rawValue) \(call.target)" == request)
        #expect(call.body.map { JSONValue.object($0).text } == body)
    }

    @Test func `A text may be read from a file, and a value may begin with hyphens`() throws {
        let words = ["ca-pem-file", "x.pem"]
        let call = try self.call(
            ["certificate-authorities", "create", "--" + words[0], words[1]],
            files: ["x.pem": "PEM"]
        )
        #expect(call.body == ["ca_pem": "PEM"])
        let direct = try self.call(["certificate-authorities", "create", "--ca-pem", "-----BEGIN"])
        #expect(direct.body == ["ca_pem": "-----BEGIN"])
        #expect(throws: Failure.self) { try self.call(["secrets", "create", "--value-file", "missing"]) }
    }

    @Test(
        arguments: [
            ("ip-polices list", "did you mean ip-policies?"), ("ip-policies lst", "did you mean list?"),
            ("ip-policies list --limt 1", "did you mean limit?"), ("ip-policies get", "The id is missing"),
            ("ip-policies get a b", "one word too many"), ("ip-policies list --limit", "needs a value"),
            ("ip-policies create --metadata a --metadata b", "given twice"),
            ("ip-restrictions create --enforced=perhaps", "must be true or false"),
            ("ssh-certificate-authorities create --key-size big", "must be a whole number"),
            ("event-destinations create --target=x", "must be a JSON object"),
            ("ssh-user-certificates create --extensions x", "must be name=text"),
        ]
    )
    func `What is not understood is told with what was meant`(line: String, words: String) {
        let failure = #expect(throws: Failure.self) {
            try self.call(line.split(separator: " ").map(String.init))
        }
        #expect(failure?.code == .usage)
        #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
    }

    @Test func `The flags of every command may stand anywhere`() throws {
        let line = try APICommandLine(
            ["--api-key", "k", "endpoints", "--api-url=http://localhost", "list", "--config", "a", "--config", "b"]
        ) { _ in "" }
        #expect(line.options == ["api-key": ["k"], "api-url": ["http://localhost"], "config": ["a", "b"]])
    }
}

@Suite struct APIAddressTests {
    @Test(
        arguments: [
            ("https://api.example.com", "api.example.com", 443), ("https://api.example.com/", "api.example.com", 443),
            ("http://127.0.0.1:4042", "127.0.0.1:4042", 4042), ("http://[::1]:1", "[::1]:1", 1),
            ("http://localhost", "localhost", 80), ("https://192.0.2.1:8443", "192.0.2.1:8443", 8443),
        ]
    )
    func `An address is a scheme, a host and a port`(text: String, authority: String, port: Int) throws {
        let address = try APIAddress(text)
        #expect(address.authority == authority && address.port == port)
    }

    @Test(arguments: ["api.example.com", "ftp://x", "https://", "https://a/b", "https://u@h", "http://x:99999"])
    func `Anything else is none`(text: String) {
        #expect(throws: Failure.self) { try APIAddress(text) }
    }

    @Test(arguments: ["http://api.example.com", "http://192.0.2.1:4042", "http://[2001:db8::1]"])
    func `A key never goes to another machine in the clear`(text: String) throws {
        let failure = try #require(throws: Failure.self) { try APIAddress(text) }
        #expect(failure.message.contains("in the clear"))
    }
}
