package import Foundation

/// Runs the `agent-protocol` suite: frames, flow control and preambles of `vectors.json`, then every transcript.
///
/// - Parameter folder: where the files lie; a folder of further cases may have only transcripts.
/// - Returns: a result for each case.
/// - Throws: when a file cannot be read.
package func runAgentProtocolVectors(folder: URL) throws -> [CaseResult] {
    let vectors = folder.appending(path: "vectors.json", directoryHint: .notDirectory)
    var results: [CaseResult] = []
    if FileManager.default.fileExists(atPath: vectors.path) {
        results += try runMuxVectors(folder: folder)
        results += try runPreambleVectors(file: vectors)
    }
    return try results + runAgentTranscripts(folder: folder)
}
