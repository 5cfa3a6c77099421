import Certificates
import Control
import JSON
import Model
import Secrets
import Store
import Testing

@testable import APIServer

/// Records are brought under another sealing key.
@Suite struct ResealingTests {
    private static let keys: JSONValue = ["creds": ["aws_access_key_id": "AKIA1", "aws_secret_access_key": "hush"]]

    /// Every kind of target with a secret, and two without.
    private static let targets: [(String, JSONValue)] = [
        ("firehose", ["auth": Self.keys, "delivery_stream_arn": "arn:aws:firehose:us-east-1:1:deliverystream/x"]),
        ("kinesis", ["auth": Self.keys, "stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/y"]),
        ("cloudwatch_logs", ["auth": Self.keys, "log_group_arn": "arn:aws:logs:eu-west-1:1:log-group:/a/b"]),
        ("datadog", ["api_key": "hush", "ddtags": "env:x", "service": "web", "ddsite": "datadoghq.eu"]),
        (
            "azure_logs_ingestion",
            [
                "tenant_id": "t", "client_id": "c", "client_secret": "hush",
                "logs_ingestion_uri": "https://a.example.test", "data_collection_rule_id": "r",
                "data_collection_stream_name": "s",
            ]
        ),
        ("s3", ["auth": Self.keys, "bucket_arn": "arn:aws:s3:::logs"]),
        ("debug", ["log": true]),
        (
            "kinesis",
            [
                "auth": ["role": ["role_arn": "arn:aws:iam::123456789012:role/events"]],
                "stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/y",
            ]
        ),
    ]

    /// How many records have something sealed, and how many destinations have not.
    private static let sealed = 5 + 6, open = 2

    private func fill(_ api: APIUnderTest) async throws {
        _ = try await api.create("/vaults", ["name": "prod"])
        _ = try await api.create("/vault_secrets", ["name": "a", "value": "hush", "vault_name": "prod"])
        let issued = try LocalAuthority.create().issue(for: ["app.example.test"])
        let upload: JSONValue = [
            "certificate_pem": .string(issued.certificatePEM), "private_key_pem": .string(issued.keyPEM.reveal()),
        ]
        _ = try await api.create("/tls_certificates", upload)
        _ = try await api.create("/ssh_certificate_authorities", [:])
        let deployment: JSONValue = ["name": "p", "namespace": "e", "version": "1", "cluster_name": "c"]
        let csr: JSONValue = ["csr": .string(KubernetesOperatorTests.request)]
        _ = try await api.create(
            "/kubernetes_operators",
            ["enabled_features": ["bindings"], "deployment": deployment, "binding": csr]
        )
        let policy = "on_http_request: [{actions: [{type: deny}]}]"
        let endpoint: JSONValue = ["url": "https://app.internal", "traffic_policy": .string(policy)]
        _ = try await api.create("/endpoints", endpoint)
        for (kind, target) in Self.targets {
            _ = try await api.create("/event_destinations", ["target": .object([kind: target])])
        }
    }

    @Test func `Every record that is sealed opens with the new key alone, and only after that`() async throws {
        try await APIUnderTest.run { (api) async throws in
            try await self.fill(api)
            let new = SealingKey.random()
            let alone = Resealing(api.store, SealingKeyring(new))
            #expect(try await alone.look().lost.count == Self.sealed)
            let both = Resealing(api.store, SealingKeyring(new, older: [api.sealingKey]))
            let looked = try await both.look()
            #expect(looked.older == Self.sealed && looked.current == Self.open && looked.lost.isEmpty, "\(looked)")
            #expect(try await both.run() == looked)
            let after = try await alone.look()
            #expect(after.older == 0 && after.current == Self.sealed + Self.open && after.lost.isEmpty, "\(after)")
        }
    }

    @Test func `What no key opens is named and left`() async throws {
        try await APIUnderTest.run { (api) async throws in
            _ = try await api.create("/vaults", ["name": "prod"])
            let secret = try await api.create("/vault_secrets", ["name": "a", "value": "hush", "vault_name": "prod"])
            let report = try await Resealing(api.store, SealingKeyring(.random())).run()
            #expect(report.lost == ["vault_secret \(secret.text("id"))"])
            let account = api.first.account
            #expect(try await api.control.secret(account: account, vault: "prod", name: "a").reveal() == "hush")
        }
    }
}
