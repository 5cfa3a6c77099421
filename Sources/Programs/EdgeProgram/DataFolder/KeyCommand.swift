import Dispatch
import Foundation
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A program that writes sealing keys.
struct KeyCommand {
    private static let patience = Duration.seconds(30)
    /// Far above sixteen keys.
    private static let outputLimit = 16_384

    let words: [String]
    let patience: Duration

    init(_ words: [String], patience: Duration = Self.patience) {
        self.words = words
        self.patience = patience
    }

    /// Runs it to its end. The thread waits: this is done before an edge serves.
    ///
    /// - Throws: `configurationInvalid` where it cannot be started, does not end in time or with status 0, or writes too
    ///   much.
    func run() throws(Failure) -> Secret {
        guard let program = self.words.first else { throw Self.failure("is empty") }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = Array(self.words.dropFirst())
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        do {
            try process.run()
        } catch {
            throw Failure(.configurationInvalid, "sealing.command: \(program) cannot be run: \(error)", cause: error)
        }
        // A program that is ended closes its output, and the reading ends. Threads of a pool block signals, and what they
        // start inherits that: SIGTERM would not end it.
        let deadline = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
        let seconds = Double(self.patience.components.seconds) + Double(self.patience.components.attoseconds) / 1e18
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: deadline)
        defer { deadline.cancel() }
        let output = Self.read(pipe.fileHandleForReading)
        if output == nil { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        guard process.terminationReason == .exit else {
            throw Self.failure(output == nil ? "writes too much" : "did not end within \(self.patience)")
        }
        guard process.terminationStatus == 0, let output else {
            throw Self.failure("ended with status \(process.terminationStatus)")
        }
        return Secret(String(decoding: output, as: UTF8.self))
    }

    /// nil where there is too much.
    private static func read(_ handle: FileHandle) -> Data? {
        var output = Data()
        while true {
            let more = handle.availableData
            guard !more.isEmpty else { return output }
            output += more
            guard output.count <= Self.outputLimit else { return nil }
        }
    }

    private static func failure(_ words: String) -> Failure {
        Failure(.configurationInvalid, "sealing.command \(words)")
    }
}
