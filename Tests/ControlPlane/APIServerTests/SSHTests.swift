import APITypes
import Control
import Foundation
import JSON
import Model
import SSHKeys
import Store
import Testing

@testable import APIServer

/// Public keys of SSH, authorities and certificates.
@Suite struct SSHTests {
    private static func key() throws -> String { try SSHSigningKey(.ed25519).publicKey.line }

    @Test(
        arguments: [
            ([:], 611), (["public_key": ""], 611), (["public_key": "x"], 612), (["public_key": "ssh-dss AAAA"], 612),
            (["public_key": "KEY", "acl": ["x"]], 619), (["public_key": "KEY", "owner_id": "usr_nobody"], 632),
            (["public_key": "OWN"], 609), (["public_key": "THEIRS"], 610),
        ] as [(JSONObject, Int)]
    )
    func `A public key that cannot be is refused`(body: JSONObject, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let keys = ["KEY": try Self.key(), "OWN": try Self.key(), "THEIRS": try Self.key()]
            _ = try await api.create("/ssh_credentials", ["public_key": .string("\(keys["OWN"] ?? "") mine")])
            _ = try await api.create(
                "/ssh_credentials",
                ["public_key": .string(keys["THEIRS"] ?? "")],
                key: api.foreignKey
            )
            var filled = body
            if let name = body["public_key"]?.string, let key = keys[name] {
                filled.set("public_key", to: .string(key))
            }
            let answer = try await api.call("POST", "/ssh_credentials", .object(filled))
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test func `A public key is kept as it was given, and goes with its service user`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let user = try await api.create("/service_users", ["name": "deploy"]).text("id")
            let line = "\(try Self.key()) me@host"
            let made = try await api.create(
                "/ssh_credentials",
                ["public_key": .string(line), "acl": ["bind:*.example.test"], "owner_id": .string(user)]
            )
            #expect(made.text("public_key") == line)
            #expect(made.text("owner_id") == user)
            let path = "/ssh_credentials/\(made.text("id"))"
            #expect(try await api.call("PATCH", path, ["acl": ["nope"]]).code == 619)
            #expect(try await api.call("PATCH", path, ["acl": []]).object["acl"] == [])
            #expect(try await api.call("DELETE", "/service_users/\(user)").status == 204)
            #expect(try await api.call("GET", path).status == 404)
        }
    }

    @Test(
        arguments: [
            (["private_key_type": "dsa"], 1936), (["private_key_type": "rsa", "key_size": 1024], 1939),
            (["key_size": 2048], 1940), (["private_key_type": "ecdsa", "key_size": 4096], 1940),
            (["private_key_type": "ecdsa", "elliptic_curve": "25519"], 1941), (["elliptic_curve": "256"], 1942),
            (["private_key_type": "rsa", "elliptic_curve": "256"], 1942),
        ] as [(JSONValue, Int)]
    )
    func `An authority that cannot be is refused`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await api.call("POST", "/ssh_certificate_authorities", body)
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test(
        arguments: [
            ([:], "ed25519", "ssh-ed25519 "),
            (["private_key_type": "", "elliptic_curve": "", "key_size": 0], "ed25519", "ssh-ed25519 "),
            (["private_key_type": "ecdsa"], "ecdsa", "ecdsa-sha2-nistp256 "),
            (["private_key_type": "ecdsa", "elliptic_curve": "384"], "ecdsa", "ecdsa-sha2-nistp384 "),
            (["private_key_type": "ecdsa", "elliptic_curve": "nistp521"], "ecdsa", "ecdsa-sha2-nistp521 "),
            (["private_key_type": "rsa"], "rsa", "ssh-rsa "),
            (["private_key_type": "rsa", "key_size": 2048], "rsa", "ssh-rsa "),
        ] as [(JSONValue, String, String)]
    )
    func `An authority has a key of the type that was asked for, and shows half of it`(
        body: JSONValue,
        type: String,
        prefix: String
    ) async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/ssh_certificate_authorities", body)
            #expect(made.text("key_type") == type)
            #expect(made.text("public_key").hasPrefix(prefix))
            _ = try SSHPublicKey(parsing: made.text("public_key"))
            for kind in ["ssh_certificate_authority", "audit_event"] {
                for record in try await api.store.list(.init(kind), in: .platform, .init(limit: 1000)) {
                    #expect(!String(decoding: record.document, as: UTF8.self).contains("PRIVATE KEY"))
                }
            }
        }
    }

    @Test(
        arguments: ["ssh_host_certificates", "ssh_user_certificates"],
        [
            ([:], 1949), (["ssh_certificate_authority_id": "sshca_nope", "public_key": "KEY"], 1949),
            (["ssh_certificate_authority_id": "FOREIGN", "public_key": "KEY"], 1949),
            (["ssh_certificate_authority_id": "CA"], 1952),
            (["ssh_certificate_authority_id": "CA", "public_key": ""], 1952),
            (["ssh_certificate_authority_id": "CA", "public_key": "x"], 1934),
            (["ssh_certificate_authority_id": "CA", "public_key": "DSA"], 1950),
            (["ssh_certificate_authority_id": "CA", "public_key": "KEY", "valid_until": "2020-01-01T00:00:00Z"], 1963),
            (["ssh_certificate_authority_id": "CA", "public_key": "KEY", "valid_after": "tomorrow"], 241),
            (["ssh_certificate_authority_id": "CA", "public_key": "KEY", "principals": [""]], 215),
            (["ssh_certificate_authority_id": "CA", "public_key": "KEY", "principals": ["LONG"]], 100_617),
        ] as [(JSONObject, Int)]
    )
    func `A certificate that cannot be is refused`(path: String, wrong: (body: JSONObject, code: Int)) async throws {
        try await APIUnderTest.run { (api) async throws in
            let authority = try await api.create("/ssh_certificate_authorities", [:]).text("id")
            let foreign = try await api.create("/ssh_certificate_authorities", [:], key: api.foreignKey).text("id")
            let texts = [
                "CA": authority, "FOREIGN": foreign, "KEY": try Self.key(),
                "DSA": "ssh-dss \(Data([0, 0, 0, 7] + Array("ssh-dss".utf8)).base64EncodedString())",
            ]
            var body = JSONObject()
            for member in wrong.body.members {
                let text = member.value.string.flatMap { texts[$0] }
                body.set(member.key, to: text.map(JSONValue.string) ?? member.value)
            }
            if body["principals"] == ["LONG"] {
                body.set("principals", to: [.string(String(repeating: "x", count: 1025))])
            }
            let code =
                path == "ssh_user_certificates" ? [1949: 1951, 1963: 1962][wrong.code] ?? wrong.code : wrong.code
            let answer = try await api.call("POST", "/\(path)", .object(body))
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test func `Certificates say what was asked for, or the default`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let authority = try await api.create("/ssh_certificate_authorities", [:]).text("id")
            let body: JSONObject = [
                "ssh_certificate_authority_id": .string(authority), "public_key": .string(try Self.key()),
            ]
            let host = try await api.create("/ssh_host_certificates", .object(body))
            let user = try await api.create("/ssh_user_certificates", .object(body))
            for (made, lifetime) in [(host, 365 * 86_400.0), (user, 86_400.0)] {
                #expect(made.text("certificate").hasPrefix("ssh-ed25519-cert-v01@openssh.com "))
                #expect(made.text("key_type") == "ed25519")
                #expect(made["principals"] == [])
                let after = try #require(Date(rfc3339: made.text("valid_after")))
                let until = try #require(Date(rfc3339: made.text("valid_until")))
                #expect(until.timeIntervalSince(after) == lifetime)
            }
            #expect(user["critical_options"] == [:])
            #expect(user["extensions"] == ["permit-pty": "", "permit-user-rc": ""])

            var more = body
            more.set("principals", to: ["root"])
            more.set("valid_after", to: "2030-01-01T00:00:00Z")
            more.set("valid_until", to: "2030-01-02T00:00:00Z")
            more.set("critical_options", to: ["force-command": "/bin/true"])
            more.set("extensions", to: ["permit-port-forwarding": ""])
            let chosen = try await api.create("/ssh_user_certificates", .object(more))
            for member in more.members { #expect(chosen[member.key] == member.value, "\(member.key)") }

            let path = "/ssh_certificate_authorities/\(authority)"
            #expect(try await api.call("DELETE", path).code == 1964)
            for id in [user.text("id"), chosen.text("id")] {
                #expect(try await api.call("DELETE", "/ssh_user_certificates/\(id)").status == 204)
            }
            #expect(try await api.call("DELETE", path).code == 1964)
            #expect(try await api.call("DELETE", "/ssh_host_certificates/\(host.text("id"))").status == 204)
            #expect(try await api.call("DELETE", path).status == 204)
        }
    }
}
