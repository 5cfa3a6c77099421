import Conformance
import Testing

@Suite struct ConformanceTests {
    /// Fewer cases than these mean that a folder lost some, and that the rest shows less than it seems to.
    private static let leastCases = ["cel": 1288, "ip": 151, "proxy-protocol": 42, "agent-protocol": 500]

    @Test(arguments: Conformance.Suite.all) func `Every published case passes`(suite: Conformance.Suite) throws {
        let results = try suite.run()
        for result in results where !result.hasPassed {
            Issue.record("\(suite.name)/\(result.name): \(result.failure ?? "")")
        }
        let least = try #require(Self.leastCases[suite.name], "say how many cases \(suite.name) has at least")
        #expect(results.count >= least)
    }

    @Test func `Cases of a suite have names of their own`() throws {
        for suite in Conformance.Suite.all {
            let names = try suite.run().map(\.name)
            #expect(Set(names).count == names.count, "\(suite.name)")
        }
    }
}
