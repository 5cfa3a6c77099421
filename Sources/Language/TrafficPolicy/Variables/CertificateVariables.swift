/// What expressions can ask of an X.509 certificate (`spec/expressions.md` 4.4).
package enum CertificateVariables {
    private static let nameLists = [
        "country", "locality", "organization", "organizational_unit", "postal_code", "province", "street_address",
    ]

    /// `hasPEM`: whether the certificate itself can be asked for, as only a visitor's can.
    package static func members(ofPEM hasPEM: Bool) -> [ResultVariable] {
        let fields = VariableType.record(
            "extension",
            [.init("id", .string), .init("critical", .bool), .init("value", .bytes)]
        )
        var members = [ResultVariable("extensions", .list(fields), "The extensions, in the certificate's order.")]
        for (name, owner) in [("issuer", "who signed it"), ("subject", "whom it names")] {
            members.append(ResultVariable(name, .string, "The distinguished name of \(owner)."))
            members.append(ResultVariable("\(name).common_name", .string, "The common name of \(owner)."))
            members += Self.nameLists.map { ResultVariable("\(name).\($0)", .list(.string), "Of \(owner).") }
        }
        if hasPEM { members.append(ResultVariable("pem", .string, "The certificate in PEM form.")) }
        members.append(ResultVariable("san", .string, "All alternative names in one text."))
        members += ["dns_names", "email_addresses", "ip_addresses", "uris"].map {
            ResultVariable("san.\($0)", .list(.string), "The alternative names of this kind.")
        }
        members += [
            ResultVariable("serial_number", .string, "In hexadecimal digits, lower case."),
            ResultVariable("signature_algorithm", .string, "As in `SHA256-RSA` or `ECDSA-SHA256`."),
            ResultVariable("validity.not_before", .timestamp, "Since when it is valid."),
            ResultVariable("validity.not_after", .timestamp, "Until when it is valid."),
        ]
        return members
    }
}
