import Addressing
import Model
import Testing
import TrafficPolicy

@testable import PolicyEngine

@Suite struct ActionFactoryTests {
    @Test(arguments: ActionType.allCases)
    func `An action's example runs where the table says that it can, and is refused otherwise`(type: ActionType) throws
    {
        let policy = try Policy(parsing: type.description.example, for: .https)
        let used = policy.rules.values.joined().flatMap(\.actions).map(\.type)
        #expect(used.contains(type))
        if used.allSatisfy(PolicyProgram.runnable.contains) {
            #expect(throws: Never.self) { try PolicyProgram(policy) }
        } else {
            let errors = #expect(throws: PolicyErrors.self) { try PolicyProgram(policy) }
            #expect(errors?.problems.allSatisfy { $0.code == .policyActionLater } == true)
        }
    }
}
