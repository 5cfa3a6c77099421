/// What expressions may speak of: functions, the host's variables, and how much they may cost. A value, made once.
package struct Environment: Sendable {
    package let limits: ExpressionLimits
    /// All overloads by the name of their function.
    private let functions: [String: [Overload]]
    private let variables: [String: VariableDeclaration]
    /// The names one level below each namespace, of variables and functions.
    private let members: [String: Set<String>]

    /// Of two variables with one name the later one counts; functions with one name add to each other's overloads.
    package init(
        functions: [FunctionDeclaration] = StandardLibrary.functions,
        variables: [VariableDeclaration],
        limits: ExpressionLimits = .standard
    ) {
        var members: [String: Set<String>] = [:]
        for name in functions.map(\.name) + variables.map(\.name) {
            Self.note(name, in: &members)
        }
        self.limits = limits
        self.functions = functions.reduce(into: [:]) { $0[$1.name, default: []] += $1.overloads }
        self.variables = Dictionary(variables.map { ($0.name, $0) }) { $1 }
        self.members = members
    }

    private static func note(_ name: String, in members: inout [String: Set<String>]) {
        var prefix = ""
        for part in name.split(separator: ".") {
            members[prefix, default: []].insert(String(part))
            prefix += prefix.isEmpty ? String(part) : ".\(part)"
        }
    }

    func variable(_ name: String) -> VariableDeclaration? {
        self.variables[name]
    }

    func overloads(of function: String, asMethod isMethod: Bool) -> [Overload] {
        self.functions[function]?.filter { $0.isMethod == isMethod } ?? []
    }

    func isNamespace(_ name: String) -> Bool {
        self.members[name] != nil
    }

    /// The names that may follow the namespace's; those of the empty name are the ones that stand for themselves.
    func members(of namespace: String) -> Set<String> {
        self.members[namespace] ?? []
    }

    var functionNames: some Sequence<String> {
        self.functions.keys
    }
}
