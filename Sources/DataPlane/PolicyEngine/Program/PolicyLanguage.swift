package import Expression
package import TrafficPolicy

/// What expressions of policies may speak of in each phase, with functions that work.
package enum PolicyLanguage {
    private static let environments = Self.table(PolicyVariable.declarations)
    private static let retryEnvironments = Self.table(PolicyVariable.retryDeclarations)

    private static func table(
        _ variables: (PolicyPhase) -> [VariableDeclaration]
    ) -> [PolicyPhase: Environment] {
        Dictionary(
            uniqueKeysWithValues: PolicyPhase.allCases.map { phase in
                let functions = StandardLibrary.functions + HostFunctions.all(in: phase)
                return (phase, Environment(functions: functions, variables: variables(phase)))
            }
        )
    }

    package static func environment(of phase: PolicyPhase) -> Environment {
        guard let environment = self.environments[phase] else {
            preconditionFailure("the table has a row for each phase")
        }
        return environment
    }

    /// The same, and the attempts of a request that is retried or not.
    package static func retryEnvironment(of phase: PolicyPhase) -> Environment {
        guard let environment = self.retryEnvironments[phase] else {
            preconditionFailure("the table has a row for each phase")
        }
        return environment
    }
}
