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
        let pipe = Pipe()
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        let output = pipe.fileHandleForWriting
        let program = try ChildProgram(self.path, arguments, output: output, errors: output) { status in
            end.yield(status)
            end.finish()
        }
        try output.close()
        let said = await withCheckedContinuation { continuation in
            // A thread of its own: the tests' threads are few.
            Thread.detachNewThread {
                continuation.resume(returning: pipe.fileHandleForReading.readDataToEndOfFile())
            }
        }
        for await _ in ends {}
        withExtendedLifetime(program) {}
        return String(decoding: said, as: UTF8.self)
    }
}
