internal import CPostgres
package import Model

/// Where a database is and how to get in: `postgres://user@host/database`, with all that libpq understands.
package struct PostgresAddress: Sendable {
    /// May hold a password.
    let url: Secret
    /// The name of the schema with our tables, which makes it the database of one edge; the name of its channel too.
    let schema: String

    /// - Throws: `.address` when the text is no such URL; what is wrong is told without the text. `.library` where this
    ///   machine has no libpq.
    package init(_ url: Secret) throws(PostgresStoreError) {
        try self.init(url, schema: "portico")
    }

    /// For tests: several schemas of one database are several stores.
    init(_ url: Secret, schema: String) throws(PostgresStoreError) {
        let text = url.reveal()
        guard Self.schemes.contains(where: text.hasPrefix) else {
            throw .address("it begins with neither postgres:// nor postgresql://")
        }
        guard !text.utf8.contains(0), text.utf8.count <= Self.maxBytes else {
            throw .address("it is too long or binary")
        }
        if let problem = cpostgres_load() { throw .library(String(cString: problem)) }
        guard let options = PQconninfoParse(text, nil) else {
            // libpq's own words would quote the URL, and with it the password.
            throw .address("PostgreSQL's client library does not understand it")
        }
        PQconninfoFree(options)
        self.url = url
        self.schema = schema
    }

    /// Whether both are the same text.
    package func isSame(as other: PostgresAddress) -> Bool {
        self.schema == other.schema && self.url.equals(other.url)
    }

    package static let schemes = ["postgres://", "postgresql://"]
    private static let maxBytes = 4096

    /// The schema's name inside a statement.
    var quotedSchema: String { "\"" + self.schema.replacing("\"", with: "\"\"") + "\"" }
}
