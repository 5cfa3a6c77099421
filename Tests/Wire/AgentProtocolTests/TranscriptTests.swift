import JSON
import Conformance
import TestSupport
import Testing

@Suite struct TranscriptTests {
    @Test func `Every recorded exchange of a published agent means the same with our server and our agent`() throws {
        let results = try runAgentTranscripts(folder: SharedMaterial.folder("conformance/agent-protocol"))
        #expect(results.count > 400)
        for result in results where !result.hasPassed {
            Issue.record("\(result.name): \(result.failure ?? "")")
        }
    }
}
