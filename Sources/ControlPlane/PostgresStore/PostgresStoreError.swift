/// Why a database was not opened.
package enum PostgresStoreError: Error, Sendable {
    /// What was given as its address is none.
    case address(String)
    /// PostgreSQL's client library is not there.
    case library(String)
    /// It cannot be reached, or does not let us in.
    case unreachable(String)
    /// It was not set up for an edge.
    case missing
    /// It was set up before.
    case exists
    /// The schema is there, with other things in it.
    case foreign(schema: String)
    /// Its texts are not kept as UTF-8.
    case encoding(String)
    /// It was written by a newer version of this program.
    case newer(found: Int, known: Int)
    /// What PostgreSQL said.
    case database(String)
}

extension PostgresStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address: "the address of the database cannot be used: \(self.reason)"
        case .library(let problem):
            "PostgreSQL's client library cannot be loaded, which Debian has in the package libpq5: \(problem)"
        case .unreachable(let what): "PostgreSQL cannot be reached: \(what)"
        case .missing: "the PostgreSQL database was not set up"
        case .exists: "the PostgreSQL database was set up before"
        case .foreign(let schema): "the schema \(schema) of the PostgreSQL database is of something else"
        case .encoding(let found): "the PostgreSQL database has the encoding \(found); make one with ENCODING 'UTF8'"
        case .newer(let found, let known):
            "the PostgreSQL database has schema \(found), and this version knows \(known) at most; use the newer version"
        case .database(let what): "PostgreSQL: \(what)"
        }
    }

    /// What is wrong, where what it is about was said already.
    package var reason: String {
        if case .address(let what) = self { what } else { self.description }
    }
}
