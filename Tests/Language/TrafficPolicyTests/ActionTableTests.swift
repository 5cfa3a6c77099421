import Testing
import TrafficPolicy

@Suite struct ActionTableTests {
    @Test(arguments: ActionType.allCases) func `An action's example is a policy that uses it`(type: ActionType) throws {
        let description = type.description
        let policy: Policy
        do throws(PolicyErrors) {
            policy = try Policy(parsing: description.example)
        } catch {
            Issue.record("\(error)")
            return
        }
        let actions = PolicyPhase.allCases.flatMap { policy.rules(in: $0) }.flatMap(\.actions)
        #expect(actions.contains { $0.type == type })
        #expect(description.type == type)
    }

    @Test(arguments: ActionType.allCases) func `A policy reads as the same after it was written`(type: ActionType)
        throws
    {
        let first = try Policy(parsing: type.description.example).json(.revealed)
        let second = try Policy(parsing: first).json(.revealed)
        #expect(first == second)
    }

    @Test func `Secrets are not shown`() throws {
        let text = """
            on_http_request:
              - actions:
                  - type: basic-auth
                    config: {credentials: ["user:long-password"]}
            """
        let policy = try Policy(parsing: text)
        #expect(!policy.json(.redacted).contains("long-password"))
        #expect(policy.json(.revealed).contains("user:long-password"))
    }
}
