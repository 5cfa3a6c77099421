/// The parameters of a form or a query as signatures cover them.
struct SignedParameters {
    /// More than any sender's URL or form has.
    private static let maximumCount = 1024

    /// In the order of the bytes of names, and of values where names are the same.
    let sorted: [(name: String, value: String)]

    /// - Parameter text: in the form of a query, without `?`.
    /// - Throws: when there are more than any sender has.
    init(_ text: String) throws(WebhookRefusal) {
        let count = text.utf8.count { $0 == UInt8(ascii: "&") } + 1
        guard count <= Self.maximumCount else { throw .bodyMalformed }
        self.sorted = QueryParameters.pairs(text).sorted { left, right in
            left.name.utf8.elementsEqual(right.name.utf8)
                ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
                : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
    }

    /// The value of this name; nil where there is none. Of several it is one.
    subscript(name: String) -> String? { self.sorted.first { $0.name == name }?.value }
}

extension WebhookRequest {
    /// The parameters of the body.
    ///
    /// - Throws: when it is no form.
    func form() throws(WebhookRefusal) -> SignedParameters {
        guard self.isForm else { throw .bodyMalformed }
        return try SignedParameters(self.bodyText)
    }

    /// The parameters of the URL.
    func query() throws(WebhookRefusal) -> SignedParameters { try SignedParameters(self.target.query ?? "") }

    /// Whether the body is a form in the form of a query.
    var isForm: Bool {
        self.head.first("content-type").map { MediaType($0).essence } == "application/x-www-form-urlencoded"
    }
}
