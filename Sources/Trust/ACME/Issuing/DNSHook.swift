internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A program of the operator's that writes DNS records: `PROGRAM present|withdraw _acme-challenge.NAME VALUE`. It ends with
/// status 0 when the record is there for everybody.
package struct DNSHook: Sendable {
    private let program: String
    private let patience: Duration

    package init(program: String, patience: Duration = .seconds(180)) {
        self.program = program
        self.patience = patience
    }

    package func present(_ response: ChallengeResponse) async throws {
        try await self.run("present", response)
    }

    package func withdraw(_ response: ChallengeResponse) async throws {
        try await self.run("withdraw", response)
    }

    private func run(_ verb: String, _ response: ChallengeResponse) async throws {
        let process = Process()
        process.executableURL = URL(filePath: self.program)
        process.arguments = [verb, "_acme-challenge.\(response.name)", response.recordValue]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let status = try await withTaskCancellationHandler {
            try await Self.status(of: process, within: self.patience)
        } onCancel: {
            // An edge that ends does not wait for name servers.
            Self.end(process)
        }
        try Task.checkCancellation()
        guard status == 0 else {
            throw ACMEError.unanswerable("\(self.program) \(verb) ended with status \(status)")
        }
    }

    private static func status(of process: Process, within patience: Duration) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
                return
            }
            // It may have been too early to end it.
            if Task.isCancelled { Self.end(process) }
            DispatchQueue.global().asyncAfter(deadline: .now() + patience / .seconds(1)) { Self.end(process) }
        }
    }

    /// Threads of a pool block signals, and what they start inherits that: SIGTERM would not end it.
    private static func end(_ process: Process) {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}
