import Model

/// A user name and a password in `Authorization`, as VMware Workspace ONE sends them; configured as `user::password`.
struct BasicCredentials: WebhookScheme {
    private static let place = FieldPart("authorization", prefix: "Basic ")

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let text = secret.reveal()
        guard let separator = text.firstRange(of: "::") else { throw .secretMalformed }
        let expected = Secret(text[..<separator.lowerBound] + ":" + text[separator.upperBound...])
        let received = try Self.place.text(in: request.head)
        guard let bytes = Base64.bytes(received) else { throw .signatureMalformed }
        guard expected.equals(Secret(String(decoding: bytes, as: UTF8.self))) else { throw .signatureWrong }
    }
}
