package import Foundation
import JSON
import TestSupport

/// Replays the recorded exchanges of published agents: the agent's side against our server, the server's side against
/// our agent, each cut in several ways. The frames by themselves are `runMuxVectors`'.
package func runAgentTranscripts(folder: URL) throws -> [CaseResult] {
    try AgentTranscript.all(in: folder).flatMap { transcript in
        var results = Cut.all.map { cut in
            result("\(transcript.name), server, \(cut.name)") { try replayToServer(transcript, cut) }
        }
        guard AgentReplay.isMeaningful(transcript) else { return results }
        for cut in Cut.all {
            results.append(result("\(transcript.name), agent, \(cut.name)") { try replayToAgent(transcript, cut) })
        }
        return results
    }
}

private func result(_ name: String, _ run: () throws -> Void) -> CaseResult {
    do {
        try run()
        return CaseResult(name: name, failure: nil)
    } catch {
        return CaseResult(name: name, failure: "\(error)")
    }
}

/// How bytes that come together are cut.
struct Cut: Sendable {
    let name: String
    private let seed: UInt64?
    private let size: Int

    /// Beyond the first few thousand bytes nothing but bulk is left, which is cut less finely.
    func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        var random = SeededGenerator(seed: self.seed ?? 0)
        let (fine, bulk) = (Array(bytes.prefix(8192)), bytes.dropFirst(8192))
        let coarse = Self.pieces(of: Array(bulk), by: max(self.size, 997))
        if self.seed != nil { return random.pieces(of: fine, atMost: self.size) + coarse }
        return Self.pieces(of: fine, by: self.size) + coarse
    }

    private static func pieces(of bytes: [UInt8], by size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    static let all: [Cut] =
        [Cut(name: "whole", seed: nil, size: 1 << 24), Cut(name: "bytes", seed: nil, size: 1)]
        + (UInt64(1)...6).map { seed in Cut(name: "seed \(seed)", seed: seed, size: 40) }
}
