import Expression
import Model
import TrafficPolicy

/// Sets variables for the later rules of the phase (`spec/traffic-policy.md` 4.23).
struct SetVarsAction: PolicyAction {
    private let variables: [(name: String, value: CompiledValue)]

    init(_ configuration: SetVarsConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        var variables: [(name: String, value: CompiledValue)] = []
        for variable in configuration.variables {
            variables.append((variable.name, try CompiledValue(variable.value, place)))
        }
        self.variables = variables
    }

    func run(on exchange: Exchange) -> Verdict {
        for (name, value) in self.variables {
            do throws(ActionError) {
                let value = try value.evaluate(on: exchange)
                guard let variables = exchange.variables.setting(name, to: value) else {
                    throw ActionError(
                        .policyMemory,
                        "The variables of this endpoint's policy take more memory than they may.",
                        detail: "more than \(PhaseVariables.byteLimit) bytes with \(name)"
                    )
                }
                exchange.variables = variables
            } catch {
                return error.verdict
            }
        }
        return .next
    }
}
