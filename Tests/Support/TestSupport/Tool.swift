import Foundation

/// A program of the system that tests look at things with: not ours, so that it sees what others see.
package struct Tool: Sendable {
    private let path: String

    /// Nil where it is not installed.
    package init?(_ name: String) {
        let paths = ["/usr/bin/\(name)", "/usr/local/bin/\(name)"]
        guard let path = paths.first(where: FileManager.default.isExecutableFile) else { return nil }
        self.path = path
    }

    /// What it says, on both of its outputs, when it has nothing to read.
    package func run(_ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: the tests' threads are few.
            Thread.detachNewThread { continuation.resume(with: Result { try self.runHere(arguments) }) }
        }
    }

    private func runHere(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: self.path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}
