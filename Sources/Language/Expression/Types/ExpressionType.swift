/// What the checker knows of an expression before it runs. `dyn` is everything and nothing: its checks happen at run time.
package indirect enum ExpressionType: Sendable, Hashable {
    case dyn
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case timestamp
    case duration
    /// The type of types; the payload is the type that the value names.
    case type(ExpressionType)
    case list(ExpressionType)
    case map(key: ExpressionType, value: ExpressionType)
    case optional(ExpressionType)
    /// A map with members that are known by name, such as a cookie: an unknown member is an error of the checker.
    case record(RecordType)
    /// Stands for any one type in the signature of a function, the same everywhere that the name occurs in it.
    case parameter(String)
}

/// A closed set of members. At run time a record is a map with string keys.
package struct RecordType: Sendable, Hashable {
    /// As error messages call it: `cookie`.
    package let name: String
    package let members: [String: ExpressionType]

    package init(name: String, members: [String: ExpressionType]) {
        self.name = name
        self.members = members
    }
}
