package import Expression
package import TrafficPolicy

/// What expressions of policies may speak of in each phase, with functions that work.
package enum PolicyLanguage {
    private static let environments: [PolicyPhase: Environment] = Dictionary(
        uniqueKeysWithValues: PolicyPhase.allCases.map { phase in
            (
                phase,
                Environment(
                    functions: StandardLibrary.functions + HostFunctions.all(in: phase),
                    variables: PolicyVariable.declarations(in: phase)
                )
            )
        }
    )

    package static func environment(of phase: PolicyPhase) -> Environment {
        guard let environment = self.environments[phase] else {
            preconditionFailure("the table has a row for each phase")
        }
        return environment
    }
}
