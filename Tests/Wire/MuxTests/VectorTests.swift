import Conformance
import Foundation
import TestSupport
import Testing

struct VectorTests {
    @Test func `Every published frame, window and transcript is read as written, and written as read`() throws {
        let results = try runMuxVectors(folder: SharedMaterial.folder("conformance/agent-protocol"))
        for result in results where !result.hasPassed {
            Issue.record("\(result.name): \(result.failure ?? "")")
        }
        // 27 frames, 5 windows and 35 transcripts: a folder that lost its cases doesn't pass.
        #expect(results.count > 300)
        #expect(results.count { $0.name.hasPrefix("frame ") } == 27)
        #expect(results.count { $0.name.hasPrefix("flow control ") } == 5)
    }
}
