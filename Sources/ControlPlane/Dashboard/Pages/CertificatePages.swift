import APITypes
import Foundation
import JSON
import Model

extension ResourcePage {
    static let certificates: ResourcePage = ResourcePage(
        link: NavigationLink(text: "TLS certificates", path: "/tls-certs", group: .gateway),
        shape: .tlsCertificates,
        noun: "certificate",
        intro: "For domains of the account: uploaded ones, and those that the edge has obtained.",
        name: { CertificateWords.name($0) },
        columns: [
            Column("Subject") { Cell(CertificateWords.name($0)).with(sub: $0.text("description")) },
            Column("State") { CertificateWords.state($0) },
            Column("Issuer", .tablet) { .text($0["issuer_common_name"]) },
            Column("Origin", .desktop) { Cell($0["issued_at"]?.string == nil ? "Uploaded" : "Obtained by the edge") },
            Column("Ends", isNumber: true) { $0.time("not_after") },
        ],
        empty: { _ in
            EmptyView(
                "No certificate yet",
                "Domains of this edge are served with its own certificate, or with one that it obtains. Upload one here where you have your own, and choose it at the domain.",
                link: .init(text: "Domains", href: "/domains")
            )
        },
        facts: { object in
            let names = object["subject_alternative_names"]?.object
            return [
                Fact("State", CertificateWords.state(object)),
                Fact("Names", Cell((names?.texts("dns_names") ?? []).joined(separator: ", "))),
                Fact("Addresses", Cell.text(.string((names?.texts("ips") ?? []).joined(separator: ", ")))),
                Fact("Issuer", .text(object["issuer_common_name"])),
                Fact("Key", Cell(object.text("private_key_type"))),
                Fact("Serial number", .code(object.text("serial_number"))),
                Fact("Begins", object.time("not_before")),
                Fact("Ends", object.time("not_after")),
                Fact("Uploaded or obtained", object.time("created_at")),
            ]
        },
        fields: [
            FormField("certificate_pem", "Certificate chain", .lines(isCode: true), "PEM, the leaf first.").with {
                $0.isRequired = true
                $0.isChanged = false
                $0.placeholder = "-----BEGIN CERTIFICATE-----"
            },
            FormField(
                "private_key_pem",
                "Private key",
                .secret,
                "PEM, not encrypted. It is sealed, and not shown again."
            ).with {
                $0.isRequired = true
                $0.isChanged = false
                $0.placeholder = "-----BEGIN PRIVATE KEY-----"
            },
            .description, .metadata,
        ],
        deletion: .init("It cannot be deleted while a domain is served with it.")
    )

    static let authorities: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Certificate authorities", path: "/tls-cert-authorities", group: .policy),
        shape: .certificateAuthorities,
        noun: "authority",
        intro: "Whose client certificates let visitors in, where a policy says terminate-tls or tls.client_cert.",
        name: { CertificateWords.name($0) },
        columns: [
            Column("Subject") { Cell(CertificateWords.name($0)).with(sub: $0.text("description")) },
            Column("State") { CertificateWords.state($0) },
            Column("Ends", isNumber: true) { $0.time("not_after") },
        ],
        empty: { _ in
            EmptyView(
                "No authority yet",
                "Upload the certificate of the authority that signs your visitors' certificates, and name it in a policy with terminate-tls."
            )
        },
        facts: { object in
            [
                Fact("State", CertificateWords.state(object)), Fact("Begins", object.time("not_before")),
                Fact("Ends", object.time("not_after")), Fact("Uploaded", object.time("created_at")),
            ]
        },
        fields: [
            FormField("ca_pem", "Certificate", .lines(isCode: true), "One certificate in PEM.").with {
                $0.isRequired = true
                $0.isChanged = false
                $0.placeholder = "-----BEGIN CERTIFICATE-----"
            },
            .description, .metadata,
        ],
        deletion: .init("Policies that name it refuse every visitor from now on.")
    )
}

private enum CertificateWords {
    static func name(_ object: JSONObject) -> String {
        let names = object["subject_alternative_names"]?.object?.texts("dns_names") ?? []
        let all = [object.text("subject_common_name"), names.first ?? "", object.text("description"), object.id]
        return all.first { !$0.isEmpty } ?? object.id
    }

    static func state(_ object: JSONObject) -> Cell {
        guard let end = Date(rfc3339: object.text("not_after")) else { return .none }
        if end.timeIntervalSinceNow < 0 { return .state(.bad, "Expired") }
        return end.timeIntervalSinceNow < 21 * 86_400 ? .state(.warn, "Ends soon") : .state(.ok, "Good")
    }
}
