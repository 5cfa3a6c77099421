import Foundation
import TestSupport

extension TestCluster {
    /// Kills the API server as a crash does, and starts it again with the same data. All tests of the process meet it: those
    /// that do so run by themselves.
    /// It is away for `pause` seconds, and for those that it needs to start.
    package func restart(pause: Int) async throws {
        let process = Process()
        process.executableURL = try SharedMaterial.file("tools/kube-apiserver.sh")
        process.arguments = ["restart", "--dir", self.folder, "--pause", "\(pause)"]
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                // Then nothing ends.
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        guard status == 0 else { throw TestClusterError(what: "the API server did not come back (\(status))") }
    }
}
