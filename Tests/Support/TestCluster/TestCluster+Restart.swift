import Foundation
import TestSupport

extension TestCluster {
    /// Kills the API server as a crash does, and starts it again with the same data. All tests of the process meet it: those
    /// that do so run by themselves.
    ///
    /// It is away for `pause` seconds, and for those that it needs to start.
    ///
    /// - Throws: where it does not come back.
    package func restart(pause: Int) async throws {
        let script = try SharedMaterial.file("tools/kube-apiserver.sh").path
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        // Foundation learns of an end by a socket that the server inherits, which goes on: the line is what is waited for.
        let command = #""$0" "$@" >>"$KUBE_TEST_DIR/restart.log" 2>&1; echo $?"#
        process.arguments = ["-c", command, script, "restart", "--dir", self.folder, "--pause", "\(pause)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: output.fileHandleForReading.readDataToEndOfFile())
            }
        }
        guard String(decoding: said, as: UTF8.self) == "0\n" else {
            throw TestClusterError(what: "the API server did not come back: \(self.folder)/restart.log")
        }
    }
}
